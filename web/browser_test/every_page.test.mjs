// What holds for each page whoever reads it: axe finds nothing, nothing scrolls sideways; and without script the
// session's page still plays.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { chromium, desktop, openPage, server, telephone, until, watchPage } from './browser.mjs'
import { session } from './fixture.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let chrome
before(async () => { chrome = await chromium() })
after(async () => { await chrome?.close() })

for (const lang of ['en', 'ru', 'ar']) {
  for (const [size, viewport] of [['360', telephone], ['1280', desktop]]) {
    for (const scheme of ['light', 'dark']) {
      test(`axe finds nothing: ${lang}, ${size} px, ${scheme}`, async () => {
        const { page, clean } = await openPage(chrome.browser, watchPage(lang, { voice: 'es', captions: lang, t: '13' }), { viewport, scheme })
        await until(page, 'captions', () => document.querySelector('.says span'))
        await page.evaluate(axe)
        await assertAxe(page, 'as it opens')
        if (scheme === 'dark') return clean() // The desk, and its drawers, are dark in both.
        for (const act of size === '360' ? ['captions', 'more'] : ['captions', 'speed', 'picture', 'keys']) {
          await page.click(`button[data-act=${act}]`)
          await until(page, `the drawer of ${act}`, () => document.querySelector('.choices p'))
          await assertAxe(page, `with the drawer of ${act}`)
          await page.click(`button[data-act=${act}]`)
        }
        await clean()
      })
    }
  }
}

/** The pages beside the session's own. */
const others = {
  'conferences': '',
  'a search with answers': 'search?q=line',
  'a search without answers': 'search?q=nothinglikethis',
  'a search that cannot be read': 'search?q=' + encodeURIComponent('"line'),
  'lines': 'search?q=line&view=lines',
  'a table of languages': 'search?q=line&view=table',
  'over time': 'search?q=line&view=time',
  'languages side by side': `sessions/${session}/side?voices=en,ru,ar&voice=en`,
  'listen': `sessions/${session}/listen?voice=en`,
  'a transcript': `sessions/${session}/transcript/en`,
  'two transcripts side by side': `sessions/${session}?voice=en&text=en&beside=ar`,
  'about': 'about',
  'no such page': 'sessions/no-such-session',
}
for (const lang of ['en', 'ru', 'ar']) {
  for (const [size, viewport] of [['360', telephone], ['1280', desktop]]) {
    test(`axe finds nothing on the other pages, and they fit: ${lang}, ${size} px`, async t => {
      for (const [name, path] of Object.entries(others)) {
        await t.test(name, async () => {
          const missing = path.includes('no-such')
          const { page, clean } = await openPage(chrome.browser, `${server}/${lang}/${path}`, { viewport })
          await page.evaluate(axe)
          await assertAxe(page, `on ${name}`)
          assert.deepEqual(await tooWide(page), [], `${name} scrolls sideways`)
          await (missing ? page.close() : clean()) // The browser itself notes a 404 on its console.
        })
      }
    })
  }
}

async function assertAxe(page, when) {
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    return violations.map(v => `${v.id}: ${v.nodes.map(n => `${n.target} ${n.failureSummary}`).join(' | ')}`)
  })
  assert.deepEqual(found, [], `axe ${when}`)
}

/** What makes a page scroll sideways: the first elements that stand out. */
function tooWide(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    return [...document.querySelectorAll('main *, header *, footer *')]
      .filter(e => e.getBoundingClientRect().right > clientWidth + 1 || e.getBoundingClientRect().left < -1)
      .slice(0, 3).map(e => e.outerHTML.slice(0, 120))
  })
}

for (const lang of ['en', 'es', 'fr', 'pt', 'ru', 'ar']) {
  for (const width of [320, 360, 640, 1000, 1280]) {
    test(`nothing scrolls sideways: ${lang}, ${width} px`, async () => {
      const { page, clean } = await openPage(chrome.browser, watchPage(lang, { voice: 'en', captions: 'en' }), { viewport: { width, height: 740, deviceScaleFactor: 1 } })
      const wide = await tooWide(page)
      assert.deepEqual(wide, [])
      await clean()
    })
  }
}

test('the script finds each of its sentences in every language', async () => {
  const source = readFileSync(new URL('../player/page.ts', import.meta.url), 'utf8')
  const names = [...source.match(/export interface Say \{([^]*?)\n\}/)[1].matchAll(/^ {2}(\w+):/gm)].map(m => m[1])
  assert.ok(names.length > 20)
  for (const lang of ['en', 'es', 'fr', 'pt', 'ru', 'ar']) {
    const { page } = await openPage(chrome.browser, watchPage(lang), { script: false })
    const { say } = JSON.parse(await page.$eval('#session', e => e.textContent))
    assert.deepEqual(names.filter(n => !say[n]?.length), [], `sentences missing in ${lang}`)
    await page.close()
  }
})

test('a telephone shows title, picture, one row of controls and two rows of voices without a scroll', async () => {
  const { page } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }), { viewport: telephone })
  const places = await page.evaluate(() => {
    const bottom = e => e.getBoundingClientRect().bottom
    const knobs = [...document.querySelectorAll('.knobs button')].filter(b => b.offsetParent)
    return {
      rows: new Set(knobs.map(b => Math.round(b.getBoundingClientRect().top))).size,
      sixth: bottom([...document.querySelectorAll('.key')][5]),
      small: knobs.filter(b => b.getBoundingClientRect().height < 44).map(b => b.dataset.act),
    }
  })
  assert.equal(places.rows, 1, 'the controls stand in one row')
  assert.deepEqual(places.small, [], 'targets of 44 px')
  assert.ok(places.sixth <= 740, `the sixth key ends at ${places.sixth} px`)
  await page.close()
})

test('time runs from left to right in Arabic too', async () => {
  const { page } = await openPage(chrome.browser, watchPage('ar', { voice: 'ar', t: '45' }))
  const bar = await page.evaluate(() => {
    const done = document.querySelector('.line .done').getBoundingClientRect()
    const line = document.querySelector('.line').getBoundingClientRect()
    return { from: done.left - line.left, share: done.width / line.width, direction: getComputedStyle(document.querySelector('.line input')).direction }
  })
  assert.ok(Math.abs(bar.from) < 2 && Math.abs(bar.share - 0.75) < 0.02, JSON.stringify(bar))
  assert.equal(bar.direction, 'ltr')
  await page.close()
})

test('without script all text is there and one voice plays, chosen by a plain form', async () => {
  const { page, clean } = await openPage(chrome.browser, watchPage('en', { voice: 'es' }), { script: false })
  assert.ok((await page.$$('.script li[data-start]')).length >= 30, 'the transcript stands in the page')
  assert.deepEqual(await page.$$eval('[data-script]', all => all.filter(e => e.offsetParent).map(e => e.className)), [], 'no button that would do nothing')
  const source = await page.$eval('video', v => ({ src: v.currentSrc || v.src, controls: v.controls }))
  assert.ok(source.controls, 'the browser’s own controls')
  assert.match(source.src, /\/download\/[^/]+\/[^/]+\.mp4$/)
  await page.click('button[name=voice][value=fr]')
  await page.waitForFunction(() => location.search.includes('voice=fr')).catch(() => page.waitForNavigation({ timeout: 5000 }))
  const other = await page.$eval('video', v => v.src)
  assert.notEqual(other, source.src, 'the form opens the page with another voice')
  await clean()
  await assertPlain(other)
})

/** The plain file plays in a page of its own, and can be gone about in. */
async function assertPlain(address) {
  const { page } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }))
  const end = await page.evaluate(async src => {
    const video = document.createElement('video')
    video.muted = true
    video.src = src
    const event = name => new Promise((done, failed) => {
      video.addEventListener(name, done, { once: true })
      video.addEventListener('error', () => failed(new Error(video.error.message)), { once: true })
    })
    await event('loadedmetadata')
    video.currentTime = 40
    await event('seeked')
    await video.play()
    await new Promise(r => setTimeout(r, 700))
    return { t: video.currentTime, length: video.duration, width: video.videoWidth }
  }, address)
  assert.ok(end.t > 40.2 && end.t < 42, `it plays from second 40: ${JSON.stringify(end)}`)
  assert.ok(Math.abs(end.length - 60) < 0.2 && end.width > 0, JSON.stringify(end))
  await page.close()
}

test('the pages of the build are served to be kept, and name no other site', async () => {
  const { page, fetched } = await openPage(chrome.browser, watchPage('en', { voice: 'en' }))
  await until(page, 'the engine', () => performance.getEntriesByType('resource').some(e => /\/static\/hls\./.test(e.name)))
  const own = fetched.filter(f => f.url.includes('/static/'))
  assert.ok(own.length >= 3)
  for (const { url } of own) {
    assert.ok(url.startsWith(server))
    assert.match(url, /\.[0-9a-f]{8}\.(js|css|svg)$/, `${url} is named by its content`)
  }
  await page.close()
})
