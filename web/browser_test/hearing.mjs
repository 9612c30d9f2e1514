// Hears which voice a page plays. The page's sound goes through Web Audio; every 20 ms the strength of each voice's
// tone is taken from the last 43 ms, together with what the page shows at that moment: the lit key, the word on it.
import { languages, toneOf } from './fixture.mjs'

/** What is heard, apart from the number of a channel. */
export const silence = -1
/** Two voices at once, or the beep. */
export const unclear = -2

/** Begins to listen in a page. Once a page; before or after play. */
export async function listen(page) {
  await page.evaluate(({ tones, languages, silence, unclear }) => {
    const video = document.querySelector('video')
    const context = new AudioContext()
    const analyser = context.createAnalyser()
    analyser.fftSize = 2048
    context.createMediaElementSource(video).connect(analyser)
    analyser.connect(context.destination)
    const samples = new Float32Array(analyser.fftSize)
    const voices = JSON.parse(document.getElementById('session').textContent).voices

    // Goertzel: the amplitude of one frequency in the samples, under a Hann window.
    function amplitude(hz) {
      const step = 2 * Math.PI * hz / context.sampleRate
      let re = 0, im = 0, weight = 0
      for (let i = 0; i < samples.length; i++) {
        const w = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / samples.length)
        re += w * samples[i] * Math.cos(step * i)
        im += w * samples[i] * Math.sin(step * i)
        weight += w
      }
      return 2 * Math.hypot(re, im) / weight
    }

    function hear() {
      analyser.getFloatTimeDomainData(samples)
      const strength = tones.map(amplitude)
      const order = strength.map((_, i) => i).sort((a, b) => strength[b] - strength[a])
      const [first, second] = order
      if (strength[first] < 0.003) return silence
      return strength[second] > strength[first] / 3 ? unclear : first
    }

    function shown() {
      const lit = [...document.querySelectorAll('button[name=voice][aria-pressed=true]')]
      const track = lit.length === 1 ? lit[0].dataset.track : ''
      const voice = voices.find(v => v.track === track && track !== '')
      return { lit: voice ? languages.indexOf(voice.language) : silence, word: lit[0]?.querySelector('.st')?.textContent ?? '' }
    }

    window.heard = []
    setInterval(() => {
      window.heard.push({ at: performance.now(), t: video.currentTime, paused: video.paused, voice: hear(), ...shown() })
    }, 20)
    void context.resume()
  }, { tones: languages.map((_, i) => toneOf(i)), languages, silence, unclear })
}

/** Everything heard from the moment `since` (performance.now() of the page) on. */
export async function heardSince(page, since = 0) {
  return page.evaluate(s => window.heard.filter(h => h.at >= s), since)
}

/** The page's clock. */
export async function pageNow(page) {
  return page.evaluate(() => performance.now())
}

/** Longest stretch, in ms, in which `fits` held for the moments heard. */
export function longest(heard, fits) {
  let best = 0
  let from
  for (const h of heard) {
    if (!fits(h)) from = undefined
    else best = Math.max(best, h.at - (from ??= h.at))
  }
  return best
}
