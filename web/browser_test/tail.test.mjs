// A session that is longer than its picture: the last picture is held. In Chromium, by ear and by eye.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chromium, openPage, server, until } from './browser.mjs'
import { held, languages } from './fixture.mjs'
import { listen } from './hearing.mjs'

let chrome
before(async () => { chrome = await chromium() })
after(async () => { await chrome?.close() })

const address = query => `${server}/en/sessions/${held.session}?${new URLSearchParams(query)}`
const press = (page, language) => page.click(`button[name=voice][value="${language}"]`)
const play = page => page.click('button[data-act=play]')
const past = (page, second) => until(page, `playing past ${second} s`, s => {
  const v = document.querySelector('video')
  return v.currentTime > s && v.readyState >= 3
}, { args: [second] })
const sounds = (page, language) => until(page, `${language} to be heard`, n => {
  const last = window.heard.slice(-12)
  return last.length === 12 && last.every(h => h.voice === n && h.lit === n)
}, { args: [languages.indexOf(language)] })
const seekTo = (page, second) => page.evaluate(s => {
  const range = document.querySelector('.line input')
  range.value = String(s)
  range.dispatchEvent(new Event('input', { bubbles: true }))
  range.dispatchEvent(new Event('change', { bubbles: true }))
}, second)
/** The picture in 64 × 36, grey. */
const seen = page => page.evaluate(() => {
  const c = document.createElement('canvas')
  c.width = 64
  c.height = 36
  const g = c.getContext('2d')
  g.drawImage(document.querySelector('video'), 0, 0, c.width, c.height)
  const d = g.getImageData(0, 0, c.width, c.height).data
  return Array.from({ length: c.width * c.height }, (_, i) => (d[4 * i] + d[4 * i + 1] + d[4 * i + 2]) / 3)
})
const differ = (a, b) => a.reduce((sum, v, i) => sum + Math.abs(v - b[i]), 0) / a.length
const ended = page => until(page, 'the end', end => {
  const v = document.querySelector('video')
  return v.ended && Math.abs(v.currentTime - end) < 0.3
}, { args: [held.end], timeout: 40_000 })

test('it plays through the end of its picture to the end of its voice', async () => {
  const { page, clean } = await openPage(chrome.browser, address({ t: held.picture - 3, voice: 'es' }))
  await listen(page)
  await page.evaluate(() => {
    window.waits = []
    const v = document.querySelector('video')
    v.addEventListener('waiting', () => { if (window.begun) window.waits.push(v.currentTime) })
  })
  await play(page)
  await sounds(page, 'es')
  await page.evaluate(() => { window.begun = true })
  await past(page, held.picture - 0.3)
  const last = await seen(page)
  await past(page, held.picture + 4)
  assert.ok(differ(last, await seen(page)) < 12, 'the last picture is still there')
  await sounds(page, 'es')
  await ended(page)
  assert.deepEqual((await page.evaluate(() => window.waits)).filter(t => t < held.end - 0.3), [], 'it waited for nothing')
  assert.ok(Math.abs(await page.$eval('video', v => v.duration) - held.end) < 0.3, 'its length is that of the voice')
  await clean()
})

test('it seeks into what is held, changes the voice there, and back into the picture', async () => {
  const { page, clean } = await openPage(chrome.browser, address({ voice: 'es' }))
  await listen(page)
  await play(page)
  await sounds(page, 'es')
  await seekTo(page, held.picture + 5)
  await past(page, held.picture + 5)
  await sounds(page, 'es')
  const still = await seen(page)
  await press(page, 'ru')
  await sounds(page, 'ru')
  assert.ok(await page.$eval('video', v => v.currentTime) > held.picture + 5, 'the position was kept')
  assert.ok(differ(still, await seen(page)) < 3, 'the picture stands')
  await seekTo(page, 3)
  await until(page, 'the picture to move again', () => {
    const v = document.querySelector('video')
    return v.currentTime > 3.3 && v.currentTime < 10 && v.readyState >= 3
  })
  await sounds(page, 'ru')
  assert.ok(differ(still, await seen(page)) > 2, 'another picture than the last is seen')
  await seekTo(page, held.end - 3)
  await ended(page)
  await clean()
})
