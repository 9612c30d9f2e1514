// Keys while focus is in the player and not in a field: a digit chooses the channel of that number.
import { fill } from './page.ts'
import type { Player } from './player.ts'

const STEP = 5
const JUMP = 10

/** What the letters do beside the player's own acts. */
export interface Acts {
  captions(): void
  fullScreen(): void
}

export function keyboard(player: Player, desk: HTMLElement, status: HTMLElement, acts: Acts): void {
  desk.addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
    const target = event.target as HTMLElement
    if (target.matches('input:not([type=range]), select, textarea, [contenteditable]')) return
    if (act(event.key, target)) event.preventDefault()
  })

  function act(key: string, target: HTMLElement): boolean {
    if (/^[0-9]$/.test(key)) return channel(Number(key))
    // A button keeps its own space bar.
    if (key === ' ') return target.closest('button, a, summary') ? false : (player.toggle(), true)
    switch (key.toLowerCase()) {
      case 'k': player.toggle(); return true
      case 'j': player.seek(player.at - JUMP); return true
      case 'l': player.seek(player.at + JUMP); return true
      case 'arrowleft': player.seek(player.at - STEP); return true
      case 'arrowright': player.seek(player.at + STEP); return true
      case 'c': acts.captions(); return true
      case 'f': acts.fullScreen(); return true
      default: return false
    }
  }

  function channel(number: number): boolean {
    const voice = player.page.voices.find(v => v.number === number)
    if (!voice) return false
    if (voice.state === 'ready') player.choose(voice.track)
    else status.textContent = fill('{name}: {word}', { name: voice.name, word: voice.word ?? '' })
    return true
  }
}
