// Builds what the pages need in a browser: app.js (the player and what makes pages quicker), hls.js (the engine,
// fetched only where something plays), app.css, icons.svg (the symbols of the pages) and icon.svg (the mark that a
// browser puts on its tab). Each is named with a hash of its content, so that it
// may be cached for ever, and manifest.json tells the pages the names of today.
//
//	node build.mjs            into "made by make build"
//	node build.mjs --out DIR  somewhere else
//
// All is made before a file is written, and files of before are removed last: a Go build at the same time finds one whole front end or the other.
import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { hlsConstants, smallHls } from './small_hls.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const out = process.argv[2] === '--out' ? process.argv[3] : join(here, 'made by make build')

/** The style sheet is written in these parts and is one file in a browser; later parts may override earlier ones. */
const styles = ['tokens', 'base', 'layout', 'components', 'desk', 'print']

// Nothing newer than 2020 is needed: telephones stay in use for long.
const common = { bundle: true, minify: true, write: false, target: 'es2020', charset: 'utf8', legalComments: 'none', logLevel: 'warning' }

const manifest = {}

/** What is to be written, by its hashed name. */
const files = new Map()

async function main() {
  // The licence of hls.js asks for its notice wherever its code goes.
  const notice = '/* hls.js, Copyright (c) 2017 Dailymotion, Apache License 2.0: github.com/video-dev/hls.js */'
  const engine = keep('hls.js', await bundle('player/engine_hls.ts', {
    format: 'esm', plugins: [smallHls], define: hlsConstants, banner: { js: notice },
  }))
  keep('app.js', await bundle('player/app.ts', {
    format: 'iife', define: { ENGINE_FILE: JSON.stringify('./' + engine) }, external: ['./' + engine],
  }))
  keep('app.css', await style())
  for (const drawing of ['icons.svg', 'icon.svg']) keep(drawing, readFileSync(join(here, 'icons', drawing)))
  write()
}

/** Writes new files, then the manifest that names them, then removes what it no longer names. */
function write() {
  mkdirSync(out, { recursive: true })
  for (const [name, bytes] of files) writeFileSync(join(out, name), bytes)
  const next = join(out, 'manifest.next')
  writeFileSync(next, JSON.stringify(manifest, null, 2) + '\n')
  renameSync(next, join(out, 'manifest.json'))
  for (const name of readdirSync(out)) {
    if (name !== 'manifest.json' && !files.has(name)) rmSync(join(out, name), { recursive: true })
  }
}

async function bundle(entry, options) {
  const made = await build({ ...common, absWorkingDir: here, entryPoints: [entry], ...options })
  return Buffer.from(made.outputFiles[0].contents)
}

async function style() {
  const contents = styles.map(s => `@import "./css/${s}.css";`).join('\n')
  const made = await build({ ...common, absWorkingDir: here, stdin: { contents, loader: 'css', resolveDir: here } })
  return Buffer.from(made.outputFiles[0].contents)
}

/** Takes one file in under its hashed name, prints what it weighs on the wire, and returns that name. */
function keep(name, bytes) {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8)
  const hashed = name.replace(/\.(\w+)$/, `.${hash}.$1`)
  files.set(hashed, bytes)
  manifest[name] = hashed
  const kB = n => (n / 1000).toFixed(1).padStart(6) + ' kB'
  console.log(`${hashed.padEnd(22)}${kB(bytes.length)}   gzip${kB(gzipSync(bytes, { level: 9 }).length)}   brotli${kB(brotliCompressSync(bytes).length)}`)
  return hashed
}

await main()
