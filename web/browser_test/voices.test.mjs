// The voice that is heard is the voice that was asked for: by ear, in Chromium.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chromium, openPage, until, watchPage } from './browser.mjs'
import { languages } from './fixture.mjs'
import { heardSince, listen, longest, pageNow, silence } from './hearing.mjs'

/** The lamp may be early by this many ms, and late by that many, while a voice changes. */
const EARLY = 220
const LATE = 400
/** Silence in a change while playing is not meant to be heard; what is measured has a grain of 43 ms. */
const GAP = 100

let chrome
before(async () => { chrome = await chromium() })
after(async () => { await chrome?.close() })

const press = (page, language) => page.click(`button[name=voice][value="${language}"]`)
const playKnob = page => page.click('button[data-act=play]')
const seekTo = (page, second) => page.evaluate(s => {
  const range = document.querySelector('.line input')
  range.value = String(s)
  range.dispatchEvent(new Event('input', { bubbles: true }))
  range.dispatchEvent(new Event('change', { bubbles: true }))
}, second)

/** Waits until this voice is heard and its key is lit, for a third of a second. */
async function soundsAndIsLit(page, language, since) {
  await until(page, `${language} to be heard and lit`, (n, since) => {
    const last = window.heard.filter(h => h.at >= since).slice(-16)
    return last.length === 16 && last.every(h => h.voice === n && h.lit === n)
  }, { args: [languages.indexOf(language), since] })
}

/** What was fetched of the picture: tracks that are no voice and no captions. */
async function pictureOf(page, fetched) {
  const voices = await page.evaluate(() => JSON.parse(document.getElementById('session').textContent).voices.map(v => v.track))
  return fetched.filter(f => /\/media\/.*\.mp4/.test(f.url) && !voices.some(v => v && f.url.includes(`/${v}.`)))
}

function assertChange(heard, from, to) {
  const [old, now] = [languages.indexOf(from), languages.indexOf(to)]
  const first = heard.findIndex(h => h.voice === now)
  assert.ok(first >= 0, `${to} was never heard after ${from}`)
  const back = heard.slice(first + 4).filter(h => h.voice === old)
  assert.equal(back.length, 0, `${from} came back after ${to} was heard`)
  const others = heard.filter(h => h.voice >= 0 && h.voice !== old && h.voice !== now)
  assert.deepEqual(others, [], `between ${from} and ${to} another voice was heard`)
  const early = longest(heard, h => h.voice === old && !h.paused && h.lit === now)
  const late = longest(heard, h => h.voice === now && !h.paused && h.lit !== now)
  assert.ok(early <= EARLY, `${to} was lit ${early.toFixed(0)} ms before it was heard`)
  assert.ok(late <= LATE, `${to} was heard ${late.toFixed(0)} ms before it was lit`)
  return { after: heard[first].at, early, late }
}

test('six changes of voice, while playing, paused and after a seek: each is heard, and only it', async t => {
  const { page, fetched, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }))
  await listen(page)
  await playKnob(page)
  await soundsAndIsLit(page, 'en', 0)

  const changes = [
    ['playing', 'en', 'es'], ['playing', 'es', 'mul'],
    ['paused', 'mul', 'ru'], ['paused', 'ru', 'ar'],
    ['after a seek forward', 'ar', 'fr', 44.5], ['after a seek back', 'fr', 'en', 3.2],
  ]
  for (const [how, from, to, second] of changes) {
    await t.test(`${how}: ${from} to ${to}`, async () => {
      const since = await pageNow(page)
      const picture = (await pictureOf(page, fetched)).length
      const place = await page.$eval('video', v => v.currentTime)
      if (how === 'paused') await changePaused(page, to)
      else {
        if (second !== undefined) await seekTo(page, second)
        await press(page, to)
      }
      await soundsAndIsLit(page, to, since)
      const heard = await heardSince(page, since)
      const { after, early, late } = assertChange(heard, from, to)
      t.diagnostic(`${how}: ${to} heard after ${(after - since).toFixed(0)} ms, its lamp ${early.toFixed(0)} ms early, ${late.toFixed(0)} ms late`)
      if (how === 'playing') {
        const gap = longest(heard, h => h.voice === silence)
        assert.ok(gap <= GAP, `between ${from} and ${to} it was silent for ${gap.toFixed(0)} ms`)
      }
      if (second === undefined) {
        const { at, t: now } = heard.at(-1)
        assert.ok(now >= place && now - place <= (at - since) / 1000 + 0.3, `the position was kept: ${place} s, then ${now} s`)
        assertNothingTwice(await pictureOf(page, fetched), picture)
      }
      const word = await page.$eval(`button[name=voice][value="${to}"] .st`, e => e.textContent)
      assert.equal(word, await page.evaluate(() => JSON.parse(document.getElementById('session').textContent).say.playing), `the word on ${to}`)
    })
  }
  await clean()
})

/** Pauses, changes, waits for the lamp, plays: the first sound must be the new voice. */
async function changePaused(page, to) {
  await playKnob(page)
  await until(page, 'silence', s => window.heard.slice(-6).every(h => h.paused && h.voice === s), { args: [silence] })
  const since = await pageNow(page)
  await press(page, to)
  await until(page, `the key of ${to} to be lit`, n => window.heard.at(-1).lit === n, { args: [languages.indexOf(to)] })
  await playKnob(page)
  await until(page, 'sound', s => window.heard.some(h => h.at > s && h.voice >= 0), { args: [since] })
  const heard = (await heardSince(page, since)).filter(h => h.voice !== silence)
  assert.equal(heard.find(h => h.voice >= 0).voice, languages.indexOf(to), `the first sound after play is ${to}`)
}

/** What was fetched from place `from` on is no byte that was fetched before. */
function assertNothingTwice(fetched, from) {
  const spans = fetched.map(f => ({ url: f.url, span: /bytes=(\d+)-(\d+)/.exec(f.range)?.slice(1).map(Number) ?? [0, Infinity] }))
  spans.slice(from).forEach((a, i) => {
    for (const b of spans.slice(0, from + i)) {
      const overlap = a.url === b.url && a.span[0] <= b.span[1] && b.span[0] <= a.span[1]
      assert.ok(!overlap, `bytes ${a.span} of ${a.url} were fetched twice`)
    }
  })
}

test('changes in quick succession: the last press wins', async () => {
  const { page, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }))
  await listen(page)
  await playKnob(page)
  await soundsAndIsLit(page, 'en', 0)
  for (const language of ['es', 'fr', 'en', 'ru']) {
    await press(page, language)
    await new Promise(r => setTimeout(r, 60))
  }
  await soundsAndIsLit(page, 'ru', await pageNow(page))
  await press(page, 'es')
  await press(page, 'ru')
  const since = await pageNow(page)
  await new Promise(r => setTimeout(r, 2500))
  await soundsAndIsLit(page, 'ru', since)
  await clean()
})

test('a press on the key that is lit changes nothing', async () => {
  const { page, fetched, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }))
  await listen(page)
  await playKnob(page)
  await soundsAndIsLit(page, 'en', 0)
  await page.evaluate(() => {
    window.seeks = 0
    document.querySelector('video').addEventListener('seeking', () => { window.seeks++ })
  })
  const since = await pageNow(page)
  const ranges = () => fetched.filter(f => f.range)
  const before = ranges().length
  await press(page, 'en')
  await press(page, 'en')
  await playKnob(page)
  await playKnob(page)
  await soundsAndIsLit(page, 'en', since)
  assert.equal(await page.evaluate(() => window.seeks), 0, 'no seek')
  assertNothingTwice(ranges(), before)
  await clean()
})

test('another size of the picture keeps the voice that was chosen', async () => {
  const { page, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }))
  await listen(page)
  await playKnob(page)
  await soundsAndIsLit(page, 'en', 0)
  await press(page, 'ar')
  await soundsAndIsLit(page, 'ar', 0)
  await page.click('button[data-act=picture]')
  const sizes = await page.$$eval('.choices .choice', all => all.length)
  for (let i = 1; i < sizes; i++) {
    const since = await pageNow(page)
    await page.click(`.choices .choice:nth-child(${i + 1})`)
    await new Promise(r => setTimeout(r, 4000))
    await soundsAndIsLit(page, 'ar', since)
    const wrong = (await heardSince(page, since)).filter(h => h.voice >= 0 && h.voice !== languages.indexOf('ar'))
    assert.deepEqual(wrong, [], `size ${i} of ${sizes - 1} played another voice`)
  }
  await clean()
})

test('without a chosen voice nothing plays, and the page says so', async () => {
  const { page, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'pt' }))
  await listen(page)
  await playKnob(page)
  await new Promise(r => setTimeout(r, 1500))
  const heard = await heardSince(page)
  assert.ok(heard.every(h => h.voice === silence), 'nothing is heard')
  assert.equal(await page.$eval('video', v => v.paused), true)
  assert.notEqual(await page.$eval('.desk > [role=status]', e => e.textContent), '', 'something is said')
  const since = await pageNow(page)
  await press(page, 'es')
  await soundsAndIsLit(page, 'es', since)
  await clean()
})
