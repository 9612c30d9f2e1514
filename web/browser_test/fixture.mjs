// Makes a folder for `cabina import` whose session can be told by ear: each voice is one steady tone of its own, so
// that a test which hears 550 Hz knows that it hears English and nothing else.
//
//	node fixture.mjs DIR      makes DIR/tones: a minute of picture, six voices, captions, session.json; and DIR/held:
//	                          12 s of picture, an English voice as long, a Spanish and a Russian one of 24 s
//
// The tone of channel i (0 floor, 1 en, 2 es, 3 fr, 4 ru, 5 ar) is 400 + 150·i Hz. At each whole 10 s, from 0 on, the
// picture is white for 100 ms and every voice carries a beep for as long. The beep lies at 2,600 Hz, away from all
// tones: at 1,000 Hz it would be the tone of channel 4. Cue n of a language says "LANG line n" from 2(n−1) s to 2n s.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The channels' languages by number; "mul" is the floor. */
export const languages = ['mul', 'en', 'es', 'fr', 'ru', 'ar']
export const seconds = 60
export const beepHz = 2600
/** Length of beep and flash in seconds. */
export const beepLength = 0.1
export const session = 'tones'
/** A session whose last picture is held: where its picture ends and where its voices do, in seconds. */
export const held = { session: 'held', picture: 12, end: 24 }

/** The tone of a channel, in Hz. */
export const toneOf = channel => 400 + 150 * channel

/** Makes the folder DIR/tones and returns its path. */
export function makeTones(dir) {
  const folder = join(dir, session)
  mkdirSync(folder, { recursive: true })
  picture(join(folder, 'video.mp4'), seconds)
  languages.forEach((language, channel) => {
    const name = language === 'mul' ? 'floor' : language
    voice(join(folder, name + '.m4a'), toneOf(channel), seconds)
    if (language !== 'mul') writeFileSync(join(folder, language + '.vtt'), captions(language))
  })
  writeFileSync(join(folder, 'session.json'), JSON.stringify(describe(), null, 2) + '\n')
  return folder
}

/** Makes the folder DIR/held. */
export function makeHeld(dir) {
  const folder = join(dir, held.session)
  mkdirSync(folder, { recursive: true })
  picture(join(folder, 'video.mp4'), held.picture)
  voice(join(folder, 'en.m4a'), toneOf(1), held.picture)
  voice(join(folder, 'es.m4a'), toneOf(2), held.end)
  voice(join(folder, 'ru.m4a'), toneOf(4), held.end)
}

function picture(path, seconds) {
  ffmpeg('-f', 'lavfi', '-i', `testsrc=size=1280x720:rate=25:duration=${seconds}`,
    '-vf', `drawbox=color=white:thickness=fill:enable='lt(mod(t\\,10)\\,${beepLength})'`,
    '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '34', '-pix_fmt', 'yuv420p', '-bf', '0',
    '-g', '75', '-sc_threshold', '0', path)
}

function voice(path, hz, seconds) {
  const tone = `0.25*sin(2*PI*${hz}*t)`
  const beep = `0.5*sin(2*PI*${beepHz}*t)*lt(mod(t\\,10)\\,${beepLength})`
  ffmpeg('-f', 'lavfi', '-i', `aevalsrc='${tone}+${beep}':s=48000:d=${seconds}`, '-c:a', 'aac', '-b:a', '96k', path)
}

function captions(language) {
  const time = s => new Date(s * 1000).toISOString().slice(11, 23)
  const cues = Array.from({ length: seconds / 2 }, (_, i) => `${time(2 * i)} --> ${time(2 * i + 2)}\n${language} line ${i + 1}\n`)
  return 'WEBVTT\n\n' + cues.join('\n')
}

function describe() {
  const chapters = [0, 15, 30, 45].map((s, i) => ({ id: `c${i + 1}`, startMs: s * 1000, title: { en: `Part ${i + 1}`, ar: `الجزء ${i + 1}`, ru: `Часть ${i + 1}` } }))
  return {
    id: session,
    title: { en: 'Tones', es: 'Tonos', ru: 'Тоны', ar: 'نغمات' },
    at: '2026-11-10T10:00:00Z',
    topics: ['testing'],
    people: [{ id: 'p1', name: 'Reader 1', role: 'speaker' }],
    chapters,
    visibility: 'public',
  }
}

function ffmpeg(...args) {
  execFileSync('ffmpeg', ['-nostdin', '-hide_banner', '-v', 'error', '-y', ...args], { stdio: ['ignore', 'inherit', 'inherit'] })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv[2]) {
    console.error('say where: node fixture.mjs DIR')
    process.exit(2)
  }
  console.log(makeTones(process.argv[2]))
  makeHeld(process.argv[2])
}
