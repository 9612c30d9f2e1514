// The row of voices: which key is lit, what stands on it, what is said after a change.
import { fill } from './page.ts'
import type { Voice } from './page.ts'
import type { Player } from './player.ts'

export function voiceKeys(player: Player, desk: HTMLElement, status: HTMLElement): void {
  const keys = [...desk.querySelectorAll<HTMLButtonElement>('button[name=voice][data-track]')]
  const { say } = player.page
  let said = player.sounding

  for (const key of keys) {
    key.addEventListener('click', event => {
      event.preventDefault() // The form would open the page anew.
      player.choose(key.dataset.track ?? '')
    })
  }

  player.on('voiceless', () => {
    keys[0]?.focus()
    status.textContent = say.choose ?? ''
  })

  player.on('voice', () => {
    const { sounding, changing } = player
    for (const key of keys) show(key, sounding, changing)
    const voice = player.voice(sounding)
    if (changing !== '' || !voice || sounding === said) return
    said = sounding
    status.textContent = player.started ? fill(say.now, { voice: voice.name }) : ''
    tellElsewhere(voice)
  })

  function show(key: HTMLButtonElement, sounding: string, changing: string): void {
    const track = key.dataset.track ?? ''
    const voice = player.voice(track)
    const lit = track === sounding
    key.setAttribute('aria-pressed', String(lit))
    key.classList.toggle('changing', track === changing)
    const word = key.querySelector('.st')
    if (!word || !voice) return
    if (track === changing) word.textContent = say.changing ?? ''
    else word.textContent = (lit ? voice.playing ?? say.playing : voice.word ?? resting(voice)) ?? ''
  }

  function resting(voice: Voice): string | undefined {
    return voice.number === 0 || voice.language === 'mul' ? say.floor : say.interpretation
  }

  /** The sentence under the desk and the names elsewhere on the page speak of the voice that sounds. */
  function tellElsewhere(voice: Voice): void {
    const honest = document.querySelector<HTMLElement>('.honest')
    if (honest) {
      honest.textContent = voice.honest ?? ''
      honest.hidden = !voice.honest
    }
    for (const place of document.querySelectorAll<HTMLElement>('[data-voice-name]')) {
      place.textContent = voice.name
      if (voice.language === 'mul') place.removeAttribute('lang')
      else place.lang = voice.language
    }
  }
}
