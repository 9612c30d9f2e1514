// Firefox decodes sound further ahead than Chromium: the same changes of voice, by ear, in it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { firefox, openPage, until, watchPage } from './browser.mjs'
import { languages } from './fixture.mjs'
import { heardSince, listen, longest, pageNow, silence } from './hearing.mjs'

/** Lamp and ear may differ for this long while a voice changes, in ms. */
const MOMENT = 400

let fox
before(async () => { fox = await firefox() })
after(async () => { await fox?.close() })

const press = (page, selector) => page.$eval(selector, e => e.click())
const key = language => `button[name=voice][value="${language}"]`
const playKnob = 'button[data-act=play]'

async function soundsAndIsLit(page, language, since) {
  await until(page, `${language} to be heard and lit`, (n, since) => {
    const last = window.heard.filter(h => h.at >= since).slice(-16)
    return last.length === 16 && last.every(h => h.voice === n && h.lit === n)
  }, { args: [languages.indexOf(language), since], timeout: 30_000 })
}

test('in Firefox a voice changes while playing and while paused, and only the new one is heard', async t => {
  const { page, clean } = await openPage(fox.browser, watchPage('en', { voice: 'en', t: '4' }))
  await listen(page)
  await press(page, playKnob)
  await soundsAndIsLit(page, 'en', 0)

  const changes = [['playing', 'en', 'es'], ['playing', 'es', 'ru'], ['paused', 'ru', 'mul'], ['paused', 'mul', 'fr']]
  for (const [how, from, to] of changes) {
    await t.test(`${how}: ${from} to ${to}`, async () => {
      if (how === 'paused') {
        await press(page, playKnob)
        await until(page, 'silence', s => window.heard.slice(-6).every(h => h.paused && h.voice === s), { args: [silence] })
      }
      const since = await pageNow(page)
      const place = await page.$eval('video', v => v.currentTime)
      await press(page, key(to))
      if (how === 'paused') {
        await until(page, `the key of ${to} to be lit`, n => window.heard.at(-1).lit === n, { args: [languages.indexOf(to)] })
        await press(page, playKnob)
      }
      await soundsAndIsLit(page, to, since)
      const heard = await heardSince(page, since)
      const [old, now] = [languages.indexOf(from), languages.indexOf(to)]
      const first = heard.findIndex(h => h.voice === now)
      assert.deepEqual(heard.slice(first + 4).filter(h => h.voice === old), [], `${from} came back after ${to} was heard`)
      assert.deepEqual(heard.filter(h => h.voice >= 0 && h.voice !== old && h.voice !== now), [], 'another voice was heard')
      if (how === 'paused') assert.equal(heard.find(h => h.voice >= 0).voice, now, `the first sound after play is ${to}`)
      const apart = longest(heard, h => h.voice >= 0 && !h.paused && h.lit !== h.voice)
      t.diagnostic(`${how}: ${to} heard after ${(heard[first].at - since).toFixed(0)} ms, lamp and ear apart for ${apart.toFixed(0)} ms`)
      assert.ok(apart <= MOMENT, `lamp and ear differed for ${apart.toFixed(0)} ms`)
      const last = heard.at(-1)
      assert.ok(last.t >= place && last.t - place <= (last.at - since) / 1000 + 0.3, `the position was kept: ${place} s, then ${last.t} s`)
    })
  }
  await clean()
})

test('in Firefox a link lands on its second', async () => {
  const { page, clean } = await openPage(fox.browser, watchPage('en', { voice: 'es', t: '33.4' }))
  await page.$eval('video', v => v.addEventListener('playing', () => { window.first ??= v.currentTime }))
  await press(page, playKnob)
  const landed = await until(page, 'playing', () => window.first, { timeout: 30_000 })
  assert.ok(Math.abs(landed - 33.4) <= 0.3, `began at ${landed} s`)
  await clean()
})
