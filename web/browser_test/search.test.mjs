// The pages of a researcher, by keyboard alone: suggestions, a moment played in place, a line opened, languages side by side.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chromium, openPage, server, until } from './browser.mjs'
import { session } from './fixture.mjs'

const word = 'line'

let chrome
before(async () => { chrome = await chromium() })
after(async () => { await chrome?.close() })

const at = path => `${server}/en/${path}`

test('suggestions are gone through with the arrows, left with Escape and taken with Enter', async () => {
  const { page, clean } = await openPage(chrome.browser, at('search'))
  const field = 'main input[name=q]'
  await page.focus(field)
  await page.keyboard.type(word.slice(0, 3))
  await until(page, 'suggestions', () => document.querySelector('main [role=option]'))
  await page.keyboard.press('ArrowDown')
  const shown = await page.$eval(field, f => ({ value: f.value, active: document.getElementById(f.getAttribute('aria-activedescendant'))?.textContent, expanded: f.getAttribute('aria-expanded') }))
  assert.deepEqual(shown, { value: shown.active, active: shown.active, expanded: 'true' })
  await page.keyboard.press('Escape')
  assert.deepEqual(await page.$eval(field, f => [f.value, f.getAttribute('aria-expanded')]), [word.slice(0, 3), 'false'])
  await page.keyboard.type(word.slice(3))
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
  assert.equal(new URL(page.url()).searchParams.get('q'), word)
  await clean()
})

test('a moment plays in place, and a key changes the voice at the same second', async () => {
  const { page, clean } = await openPage(chrome.browser, at(`search?q=${word}`))
  const address = page.url()
  await page.focus('main a.play')
  await page.keyboard.press('Enter')
  await until(page, 'the rail with a lit key', () => document.querySelector('[data-rail]:not([hidden]) button[aria-pressed=true]'))
  const before = await page.$eval('.rail button[aria-pressed=true]', b => b.dataset.track)
  await page.focus('.rail button[aria-pressed=false]')
  await page.keyboard.press('Enter')
  const after = await page.$eval('.rail button[aria-pressed=true]', b => b.dataset.track)
  assert.notEqual(after, before)
  assert.equal(page.url(), address)
  await clean()
})

test('the word of a line opens the same moment in the other languages', async () => {
  const { page, clean } = await openPage(chrome.browser, at(`search?q=${word}&view=lines`))
  await page.focus('.kwic a[data-open]')
  await page.keyboard.press('Enter')
  const open = await page.evaluate(() => ({ rows: document.querySelectorAll('tr.beside:not([hidden])').length, said: document.querySelectorAll('tr.beside:not([hidden]) .also li').length, expanded: document.activeElement.getAttribute('aria-expanded') }))
  assert.equal(open.rows, 1)
  assert.ok(open.said > 0)
  assert.equal(open.expanded, 'true')
  await clean()
})

test('languages side by side mark the second that is heard and leave the page where it is', async () => {
  const { page, clean } = await openPage(chrome.browser, at(`sessions/${session}/side?voices=en,ru,ar&voice=en&t=30`))
  await until(page, 'the marked row', () => document.querySelector('.script [aria-current]'))
  const seen = await page.evaluate(() => {
    const row = document.querySelector('.script [aria-current]')
    return { start: Number(row.dataset.start), directions: [...row.querySelectorAll('p')].map(p => getComputedStyle(p).direction), scrolled: scrollY }
  })
  assert.ok(Math.abs(seen.start - 30_000) < 8000, JSON.stringify(seen))
  assert.deepEqual(seen.directions, ['ltr', 'ltr', 'rtl'])
  assert.equal(seen.scrolled, 0)
  await clean()
})
