// Captions, drawn by us over the picture from plain <track>s. A track is fetched when it is first chosen. Its mode is
// "hidden": loaded, not drawn by the browser. Cues are found by time, as `activeCues` is stale after a seek.
import type { Text } from './page.ts'
import type { Player } from './player.ts'

/** Cues change on time within this many ms while playing. */
const LOOK_EVERY = 100

export class Captions {
  /** The chosen text; undefined for none. */
  chosen: Text | undefined
  private last: Text | undefined
  private tracks = new Map<Text, TextTrack>()
  private shown = ''
  private listeners: (() => void)[] = []

  constructor(private player: Player, private says: HTMLElement) {
    const { page, video } = player
    const first = page.texts.find(t => t.track === page.captions)
    if (first) this.choose(first)
    this.last = first ?? page.texts.find(t => t.language === player.voice(player.sounding)?.language) ?? page.texts[0]
    player.on('time', () => this.draw())
    setInterval(() => { if (player.playing) this.draw() }, LOOK_EVERY)
    // A telephone's own full screen shows the video element alone: there the browser draws.
    video.addEventListener('webkitbeginfullscreen', () => this.browserDraws(true))
    video.addEventListener('webkitendfullscreen', () => this.browserDraws(false))
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener)
  }

  choose(text: Text | undefined): void {
    this.chosen = text
    if (text) {
      this.last = text
      this.load(text)
    }
    this.draw()
    for (const listener of this.listeners) listener()
  }

  /** On in the language that was on last, or off. */
  toggle(): void {
    this.choose(this.chosen ? undefined : this.last)
  }

  private load(text: Text): void {
    if (this.tracks.has(text)) return
    const element = document.createElement('track')
    Object.assign(element, { kind: 'captions', label: text.name, srclang: text.language, src: text.src })
    element.addEventListener('load', () => this.draw())
    this.player.video.append(element)
    element.track.mode = 'hidden'
    this.tracks.set(text, element.track)
  }

  private browserDraws(itself: boolean): void {
    for (const [text, track] of this.tracks) track.mode = itself && text === this.chosen ? 'showing' : 'hidden'
  }

  private draw(): void {
    const text = this.chosen
    const words = text ? wordsAt(this.tracks.get(text), this.player.at) : []
    const key = text ? text.track + '\n' + words.join('\n\n') : ''
    if (key === this.shown) return
    this.shown = key
    this.says.replaceChildren(...words.map(w => line(w, text)))
  }
}

function wordsAt(track: TextTrack | undefined, at: number): string[] {
  const words: string[] = []
  for (const cue of Array.from(track?.cues ?? [])) {
    if (cue.startTime <= at && at < cue.endTime) words.push((cue as VTTCue).getCueAsHTML().textContent ?? '')
  }
  return words
}

function line(words: string, text: Text | undefined): HTMLElement {
  const block = document.createElement('p')
  const span = document.createElement('span')
  if (text) {
    span.lang = text.language
    span.dir = text.dir
  }
  span.textContent = words
  block.append(span)
  return block
}
