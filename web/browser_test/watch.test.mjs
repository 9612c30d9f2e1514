// The session page in Chromium: it opens at the second of its link, shows captions, follows in the transcript, and
// does all of it from the keyboard.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chromium, openPage, until, watchPage } from './browser.mjs'

/** How far from the second of a link playing may begin, in seconds. */
const LANDING = 0.3

let chrome
before(async () => { chrome = await chromium() })
after(async () => { await chrome?.close() })

const data = page => page.evaluate(() => JSON.parse(document.getElementById('session').textContent))
const play = page => page.click('button[data-act=play]')
const now = page => page.$eval('video', v => v.currentTime)
const playing = (page, past = 0) => until(page, `playing past ${past} s`, past => {
  const v = document.querySelector('video')
  return !v.paused && v.readyState >= 3 && v.currentTime > past
}, { args: [past] })
const settled = ms => new Promise(r => setTimeout(r, ms))

/** Writes down where the picture stands when it first plays. */
function noteFirst(page) {
  return page.evaluate(() => {
    const v = document.querySelector('video')
    v.addEventListener('playing', () => { window.first ??= v.currentTime })
  })
}

const links = [
  ['?t= in seconds', async () => ({ t: '33.4', voice: 'es' }), 33.4],
  ['?t= in the first fragment', async () => ({ t: '1.7', voice: 'es' }), 1.7],
  ['?m=, a moment for ever', async voice => ({ m: `${voice}.1.41250` }), 41.25],
]
for (const [name, query, second] of links) {
  test(`a link lands on its second: ${name}`, async () => {
    const first = await openPage(chrome.browser, watchPage('en', { voice: 'es' }))
    const { voice } = await data(first.page)
    await first.page.close()
    const { page, fetched, clean } = await openPage(chrome.browser, watchPage('en', await query(voice)))
    assert.equal((await data(page)).voice, voice, 'the voice of the link is chosen')
    await noteFirst(page)
    await play(page)
    await playing(page, second)
    const landed = await page.evaluate(() => window.first)
    assert.ok(Math.abs(landed - second) <= LANDING, `began at ${landed} s, the link says ${second} s`)
    if (second > 20) assertNothingFromTheStart(fetched)
    await clean()
  })
}

/** Of each object the first bytes are its head; whatever lies between the head and 20% of what was asked is the start. */
function assertNothingFromTheStart(fetched) {
  const spans = new Map()
  for (const { url, range } of fetched.filter(f => f.url.includes('/media/'))) {
    const [from, to] = /bytes=(\d+)-(\d+)/.exec(range).slice(1).map(Number)
    if (from > 0) spans.set(url, Math.min(spans.get(url) ?? Infinity, from))
    else assert.ok(to < 5000, `bytes ${from}–${to} of ${url} are more than its head`)
  }
  for (const [url, from] of spans) assert.ok(from > 20_000, `byte ${from} of ${url} belongs to the start`)
}

test('before play is pressed nothing of sound or picture is fetched', async () => {
  const { page, fetched, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }))
  await settled(1500)
  assert.deepEqual(fetched.filter(f => f.url.includes('/media/') || f.url.includes('/download/')), [])
  assert.equal(await page.$eval('video', v => v.paused), true)
  await clean()
})

test('for a reader who saves data not even the engine is fetched before play', async () => {
  const first = () => Object.defineProperty(navigator, 'connection', { value: { saveData: true } })
  const { page, fetched, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }), { first })
  await settled(1500)
  assert.deepEqual(fetched.filter(f => /\/static\/hls|\/play\/|\/media\//.test(f.url)), [])
  await play(page)
  await playing(page, 0.2)
  await clean()
})

test('captions show, change their language, and go', async () => {
  const { page, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'en', captions: 'es', t: '12.2' }))
  const says = (words, language) => until(page, `captions to say "${words}"`, (words, language) => {
    const span = document.querySelector('.says span')
    return span?.textContent === words && span.lang === language
  }, { args: [words, language] })
  await says('es line 7', 'es')
  await play(page)
  await says('es line 8', 'es')
  const { texts, say } = await data(page)
  await page.click('button[data-act=captions]')
  await page.click(`.choices .choice:nth-child(${2 + texts.findIndex(x => x.language === 'ar')})`)
  await until(page, 'Arabic captions', () => /^ar line \d+$/.test(document.querySelector('.says span[dir=rtl]')?.textContent))
  assert.equal(await page.$eval('button[data-act=captions] .wide', e => e.textContent), texts.find(x => x.language === 'ar').name)
  const line = await page.$eval('.says span', e => Number(e.textContent.split(' ').pop()))
  assert.ok(Math.abs(line - 1 - Math.floor(await now(page) / 2)) <= 1, 'the words are those of this second')
  await page.keyboard.press('c')
  await until(page, 'no captions', () => !document.querySelector('.says span'))
  assert.equal(await page.$eval('button[data-act=captions] .wide', e => e.textContent), say.captionsNone)
  await clean()
})

test('the transcript follows, until a hand scrolls it', async () => {
  const { page, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }))
  const scroll = () => page.$eval('.panel-body', e => e.scrollTop)
  await play(page)
  await playing(page, 2.3)
  await until(page, 'the line of this second to be marked', () => {
    const { start, end } = document.querySelector('.script [aria-current=true]')?.dataset ?? {}
    const ms = document.querySelector('video').currentTime * 1000
    return ms > 2000 && start <= ms && ms <= end
  })
  const pageScroll = await page.evaluate(() => window.scrollY)
  await page.$eval('.line input', r => { r.value = '50'; r.dispatchEvent(new Event('change')) })
  await until(page, 'line 26 to be marked and in sight of its box', () => {
    const line = document.querySelector('.script [aria-current=true]')
    const [at, box] = [line, document.querySelector('.panel-body')].map(e => e.getBoundingClientRect())
    return Number(line.dataset.start) >= 50_000 && at.top >= box.top && at.bottom <= box.bottom
  })
  assert.equal(await page.$$eval('.script [aria-current]', all => all.length), 1)
  assert.equal(await page.evaluate(() => window.scrollY), pageScroll, 'the page itself is not scrolled')

  await page.hover('.panel-body')
  await page.mouse.wheel({ deltaY: -2000 })
  await until(page, 'following to be off', () => document.querySelector('[data-act=follow]').getAttribute('aria-pressed') === 'false')
  await settled(700)
  const byHand = await scroll()
  await playing(page, 54.2)
  await settled(700)
  assert.equal(await scroll(), byHand, 'the box stays where the hand left it')
  await page.click('[data-act=follow]')
  await until(page, 'the box to follow again', before => document.querySelector('.panel-body').scrollTop !== before, { args: [byHand] })
  await clean()
})

test('a press on the time of a line goes there without a reload', async () => {
  const { page, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }))
  await page.evaluate(() => { window.sameDocument = true })
  await play(page)
  await playing(page)
  await page.$eval('.script li[data-start="18000"] a.tc', a => a.click())
  await until(page, 'second 18', () => Math.abs(document.querySelector('video').currentTime - 18) < 0.6)
  assert.equal(await page.evaluate(() => window.sameDocument), true)
  await page.$eval('.chapters li:nth-child(4) a', a => a.click())
  await until(page, 'chapter 4', () => Math.abs(document.querySelector('video').currentTime - 45) < 0.6)
  await until(page, 'chapter 4 to be marked', () => document.querySelector('.chapters [aria-current]') === document.querySelector('.chapters li:nth-child(4)'))
  await clean()
})

test('everything from the keyboard', async () => {
  const { page, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }))
  const { voices, say } = await data(page)
  const status = words => until(page, `the status to say "${words}"`, w => document.querySelector('.desk > [role=status]').textContent === w, { args: [words] })
  await page.focus('button[data-act=play]')
  await page.keyboard.press('Space')
  await playing(page, 0.5)

  const french = voices.find(v => v.language === 'fr')
  await page.keyboard.press(String(french.number))
  await until(page, 'the key of Français to be lit', () => document.querySelector('button[name=voice][value=fr]').getAttribute('aria-pressed') === 'true')
  await status(say.now.replace('{voice}', french.name))

  await page.focus('.line input')
  await page.keyboard.press('Home')
  const before = await now(page)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await until(page, 'ten seconds on', b => document.querySelector('video').currentTime >= b + 9.5, { args: [before] })
  assert.match(await page.$eval('.line input', r => r.getAttribute('aria-valuetext')), /^1\d seconds of 1 minute, Part 1$/)
  await page.keyboard.press('ArrowLeft')
  await until(page, 'five seconds back', b => document.querySelector('video').currentTime <= b + 8, { args: [before] })

  await page.keyboard.press('k')
  await until(page, 'a pause', () => document.querySelector('video').paused)
  await page.keyboard.press('c')
  await until(page, 'captions', () => document.querySelector('.says span'))

  await page.focus('button[data-act=speed]')
  await page.keyboard.press('Enter')
  assert.equal(await page.$eval('button[data-act=speed]', b => b.getAttribute('aria-expanded')), 'true')
  await page.keyboard.press('Tab')
  await page.evaluate(() => [...document.querySelectorAll('.choices .choice')].find(b => b.textContent === '1.5×').focus())
  await page.keyboard.press('Enter')
  assert.equal(await page.$eval('video', v => v.playbackRate), 1.5)
  await page.keyboard.press('Escape')
  assert.equal(await page.$eval('.choices', e => e.hidden), true)
  assert.equal(await page.evaluate(() => document.activeElement.dataset.act), 'speed', 'focus goes back to the button')

  await page.focus('input[type=search]')
  await page.keyboard.type('5k')
  await settled(300)
  assert.equal(await page.$eval('video', v => v.paused), true, 'letters in a field are letters')
  assert.equal(await page.$eval('button[name=voice][value=fr]', b => b.getAttribute('aria-pressed')), 'true')
  await clean()
})

test('the link to share goes to this second, with voice and captions', async () => {
  const { page, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'es', captions: 'ru', t: '21' }))
  const link = async () => new URL(await page.$eval('[data-link]', e => e.value)).searchParams
  await page.$eval('[data-link-captions]', e => { e.checked || e.click() })
  assert.deepEqual(Object.fromEntries(await link()), { t: '21', voice: 'es', captions: 'ru' })
  await page.$eval('[data-link-voice]', e => { e.checked && e.click() })
  await play(page)
  await playing(page)
  await until(page, 'the link to go to second 23', () => Number(new URL(document.querySelector('[data-link]').value).searchParams.get('t')) >= 23)
  const { t, ...rest } = Object.fromEntries(await link())
  assert.ok(Math.abs(Number(t) - await now(page)) < 2, `t=${t} keeps up`)
  assert.deepEqual(rest, { captions: 'ru' })
  await clean()
})

test('a lost line is said, and playing goes on by a press', async () => {
  const { page } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }))
  const { say } = await data(page)
  await page.setRequestInterception(true)
  let cut = true
  page.on('request', r => { if (cut && r.url().includes('/media/')) void r.abort(); else void r.continue() })
  await play(page)
  await until(page, 'the sentence about the lost line', w => document.querySelector('.trouble p').textContent === w, { timeout: 60_000, args: [say.lost] })
  cut = false
  await page.click('.trouble button')
  await playing(page, 1)
  await until(page, 'the sentence to go', () => document.querySelector('.trouble').hidden)
  await page.close()
})
