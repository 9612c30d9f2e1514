// Changing the voice while the picture goes on, by rules that were found by listening.
//
// hls.js says AUDIO_TRACK_SWITCHED 0.3 to 1 s before the new voice is heard, and a browser goes on with sound that it
// decoded before. So:
//
//   - While playing, the next voice is asked for (`nextAudioTrack`). When its first fragment is in, hls.js drops the
//     old sound from a point a little ahead: the edge. The old voice sounds until the playhead is there. Firefox has
//     decoded further ahead than that and needs a seek in place at the edge; Chromium changes without a gap.
//   - Paused, seeking or stalled, all old sound is dropped at once (`audioTrack`), and a seek in place, once the new
//     fragment is in, throws away what was decoded. Without it the first sound after play is the old voice.
//
// Either way the voice is reported when it is heard, not when it was asked for.
import type Hls from 'hls.js'
import type { BufferFlushingData, FragBufferedData } from 'hls.js'
import { trackOf } from './engine.ts'

/** How often the playhead is compared with the edge, in ms. The word on the key is late by half of it. */
const LOOK_EVERY = 20

const decodesFarAhead = /firefox/i.test(navigator.userAgent)

export class VoiceChange {
  /** Track id of the voice that was asked for last. */
  wanted: string
  private pending = false
  private atOnce = false
  private edge: number | undefined
  private newFrom: number | undefined
  private seekingInPlace = false
  private looking = 0

  /** `heard` is told when the wanted voice sounds, `missing` when the playlist does not hold it. */
  constructor(
    private hls: Hls, private video: HTMLVideoElement, first: string,
    private heard: (track: string) => void, private missing: () => void,
  ) {
    this.wanted = first
    const { Events } = hls.constructor as typeof Hls
    hls.on(Events.AUDIO_TRACKS_UPDATED, () => this.keepInGroup())
    hls.on(Events.BUFFER_FLUSHING, (_, data) => this.onFlushing(data))
    hls.on(Events.FRAG_BUFFERED, (_, data) => this.onBuffered(data))
    video.addEventListener('seeked', () => this.onSeeked())
    video.addEventListener('pause', () => this.onPause())
  }

  /** Does nothing more: the hls.js that it was made for is gone. */
  end(): void {
    this.pending = this.seekingInPlace = false
    this.look(false)
  }

  choose(track: string): void {
    const index = this.indexOf(track)
    this.wanted = track
    if (index < 0) return // The playlist is not here yet; keepInGroup will ask.
    if (index === this.hls.audioTrack) {
      if (!this.pending) this.heard(track)
      return // Asked for already: it sounds, or is on its way.
    }
    const { video } = this
    const goesOn = !video.paused && !video.ended && !video.seeking && video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA
    this.pending = true
    this.atOnce = !goesOn
    this.edge = this.newFrom = undefined
    this.ask(index)
    if (video.ended) this.finish()
    else this.look(true)
  }

  private ask(index: number): void {
    if (this.atOnce) this.hls.audioTrack = index
    else this.hls.nextAudioTrack = index
  }

  private indexOf(track: string): number {
    return this.hls.audioTracks.findIndex(t => trackOf(t.url) === track)
  }

  // Another size of the picture may bring another group of the same voices. hls.js would look for the same name; the
  // track's id says exactly which.
  private keepInGroup(): void {
    if (this.wanted === '') return
    const index = this.indexOf(this.wanted)
    if (index < 0) this.missing() // hls.js would play another one in its place.
    else if (this.pending) this.ask(index)
    else this.hls.audioTrack = index
  }

  private onFlushing({ type, startOffset, endOffset }: BufferFlushingData): void {
    if (!this.pending || type !== 'audio' || endOffset !== Infinity) return
    this.edge = startOffset
    this.newFrom = undefined
    if (startOffset === 0) this.atOnce = true
  }

  private onBuffered({ frag }: FragBufferedData): void {
    if (!this.pending || frag.type !== 'audio' || typeof frag.sn !== 'number') return
    if (frag.level !== this.indexOf(this.wanted)) return
    this.newFrom = Math.min(this.newFrom ?? Infinity, frag.start)
    if (this.atOnce && this.holdsPlayhead()) this.seekInPlace()
  }

  /** The new voice is in the buffer where the playhead stands. */
  private holdsPlayhead(): boolean {
    const { buffered, currentTime } = this.video
    if (this.newFrom === undefined || currentTime < this.newFrom - 0.1) return false
    for (let i = 0; i < buffered.length; i++) {
      if (buffered.start(i) - 0.1 <= currentTime && currentTime <= buffered.end(i)) return true
    }
    return false
  }

  private seekInPlace(): void {
    if (this.seekingInPlace) return
    this.seekingInPlace = true
    this.video.currentTime = this.video.currentTime
  }

  private onSeeked(): void {
    if (this.seekingInPlace) {
      this.seekingInPlace = false
      if (this.pending && this.holdsPlayhead()) this.finish()
      return
    }
    if (!this.pending || !this.holdsPlayhead()) return
    // A seek by hand in the middle of a change: where the new fragments are, only they can sound.
    this.edge = this.newFrom
    if (this.atOnce) this.seekInPlace()
  }

  // Paused before the edge: what is decoded is the old voice, what is in the buffer is the new one.
  private onPause(): void {
    if (!this.pending) return
    this.atOnce = true
    if (this.holdsPlayhead()) this.seekInPlace()
  }

  private look(on: boolean): void {
    clearInterval(this.looking)
    this.looking = on ? window.setInterval(() => this.compare(), LOOK_EVERY) : 0
  }

  private compare(): void {
    if (this.seekingInPlace || this.video.seeking) return
    if (this.atOnce) {
      if (this.newFrom !== undefined && this.holdsPlayhead()) this.seekInPlace()
      return
    }
    if (this.edge === undefined || this.newFrom === undefined || this.video.currentTime < this.edge) return
    if (decodesFarAhead) this.seekInPlace()
    else this.finish()
  }

  private finish(): void {
    this.pending = false
    this.edge = this.newFrom = undefined
    this.look(false)
    this.heard(this.wanted)
  }
}
