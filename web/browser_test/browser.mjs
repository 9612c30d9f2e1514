// Opens real browsers on a running server and holds every page to what all pages promise: no request to another
// site, nothing that the content security policy forbids, no error on the console, nothing kept on the device.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import puppeteer from 'puppeteer-core'
import { session } from './fixture.mjs'

/** The server under test, without a slash at its end; it holds the session that fixture.mjs makes. */
export const server = (process.env.CABINA_URL ?? '').replace(/\/$/, '')
assert.notEqual(server, '', 'CABINA_URL must name a running server that holds the session of fixture.mjs')

export const telephone = { width: 360, height: 740, deviceScaleFactor: 1, isMobile: true, hasTouch: true }
export const desktop = { width: 1280, height: 900, deviceScaleFactor: 1 }

/** Starts Chromium as readers have it, but for the press that sound would wait for. */
export async function chromium() {
  return launch('chrome', process.env.CABINA_CHROMIUM ?? '/usr/bin/chromium', [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--autoplay-policy=no-user-gesture-required',
  ])
}

/** Starts Firefox over WebDriver BiDi, with a sound card of its own: it renders no sound where there is none. */
export async function firefox() {
  const card = await soundCard()
  const fox = await launch('firefox', process.env.CABINA_FIREFOX ?? '/usr/bin/firefox-esr', ['--headless'], {
    env: { ...process.env, PULSE_SERVER: card.address },
    extraPrefsFirefox: { 'media.autoplay.default': 0, 'media.autoplay.blocking_policy': 0 },
  })
  return {
    browser: fox.browser,
    async close() {
      await fox.close()
      card.close()
    },
  }
}

async function launch(kind, executablePath, args, more = {}) {
  const userDataDir = mkdtempSync(join(tmpdir(), 'cabina-browser-'))
  const browser = await puppeteer.launch({ browser: kind, executablePath, userDataDir, args, headless: kind === 'firefox', timeout: 120_000, protocolTimeout: 420_000, ...more })
  return {
    browser,
    async close() {
      await browser.close()
      rmSync(userDataDir, { recursive: true, force: true, maxRetries: 20 }) // Firefox still writes as it ends.
    },
  }
}

/** A PulseAudio of our own whose only sink plays to nobody. */
async function soundCard() {
  const home = mkdtempSync(join(tmpdir(), 'cabina-sound-'))
  const socket = join(home, 'native')
  const daemon = spawn('pulseaudio', [
    '-n', '--daemonize=no', '--use-pid-file=no', '--disallow-exit', '--exit-idle-time=-1', '--load=module-null-sink',
    `--load=module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
  ], { env: { ...process.env, HOME: home, XDG_RUNTIME_DIR: home }, stdio: 'ignore' })
  const failed = new Promise((_, reject) => {
    daemon.once('error', e => reject(new Error(`Firefox cannot be heard without pulseaudio: ${e.message}`)))
    daemon.once('exit', code => reject(new Error(`pulseaudio ended with ${code}`)))
  })
  failed.catch(() => undefined)
  for (let i = 0; i < 100 && !existsSync(socket); i++) await Promise.race([failed, new Promise(r => setTimeout(r, 100))])
  assert.ok(existsSync(socket), 'pulseaudio opened no socket within 10 s')
  return {
    address: `unix:${socket}`,
    close() {
      daemon.kill()
      rmSync(home, { recursive: true, force: true, maxRetries: 20 })
    },
  }
}

/** The address of the test session's page. */
export function watchPage(lang, query = {}) {
  const q = new URLSearchParams(query).toString()
  return `${server}/${lang}/sessions/${session}${q ? '?' + q : ''}`
}

/**
 * A page that writes down what it must not do, and what it fetched: `fetched` holds {url, range} in order. `clean()`
 * closes it and fails when anything forbidden happened. `first` is run in the page before its own script.
 */
export async function openPage(browser, address, { viewport = desktop, script = true, scheme = 'light', first } = {}) {
  const page = await browser.newPage()
  const wrong = []
  const fetched = []
  await page.setViewport(viewport)
  if (!script) await page.setJavaScriptEnabled(false)
  if (scheme !== 'light') await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
  page.on('pageerror', error => wrong.push(`exception: ${error.message}`))
  page.on('console', message => {
    if (message.location()?.url?.endsWith('/favicon.ico')) return // A browser's own question, not the page's.
    if (['error', 'warn', 'warning'].includes(message.type()) || /Content.Security.Policy/i.test(message.text())) wrong.push(`console: ${message.text()}`)
  })
  page.on('request', request => {
    const url = request.url()
    if (/^(data|blob|about|moz-extension|chrome):/.test(url)) return
    fetched.push({ url, range: request.headers().range ?? '' })
    if (!url.startsWith(server + '/')) wrong.push(`asked another site: ${url}`)
  })
  if (script) {
    await page.evaluateOnNewDocument(() => {
      window.forbidden = []
      document.addEventListener('securitypolicyviolation', e => window.forbidden.push(`${e.violatedDirective} ${e.blockedURI}`))
    })
  }
  if (first) await page.evaluateOnNewDocument(first)
  await page.goto(address, { waitUntil: 'load', timeout: 60_000 })
  return {
    page,
    fetched,
    async clean() {
      const seen = script ? await page.evaluate(kept) : []
      await page.close()
      assert.deepEqual([...wrong, ...seen], [], 'the page did what pages must not do')
    },
  }
}

/** Runs in the page: violations of the policy, and what is kept on the device. */
async function kept() {
  const found = window.forbidden.map(v => `policy: ${v}`)
  if (document.cookie) found.push(`cookie: ${document.cookie}`)
  for (const store of [localStorage, sessionStorage]) if (store.length > 0) found.push(`storage: ${Object.keys(store)}`)
  const bases = indexedDB.databases ? await indexedDB.databases() : []
  if (bases.length > 0) found.push(`databases: ${bases.map(b => b.name)}`)
  return found
}

/** Waits until `look` (run in the page with `args`) gives something true, and fails with `what` when it does not. */
export async function until(page, what, look, { timeout = 30_000, args = [] } = {}) {
  try {
    return await (await page.waitForFunction(look, { timeout, polling: 50 }, ...args)).jsonValue()
  } catch (error) {
    throw new Error(`waited ${timeout / 1000} s for: ${what} (${error.message})`)
  }
}
