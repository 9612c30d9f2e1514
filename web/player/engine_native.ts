// The engine for browsers without Media Source Extensions that play HLS by themselves: iPhones before iOS 17.1.
import type { Engine, Source } from './engine.ts'

/** Whether the browser plays HLS itself. */
export function playsHlsItself(video: HTMLVideoElement): boolean {
  return video.canPlayType('application/vnd.apple.mpegurl') !== ''
}

/** Safari's list of sound tracks; other browsers have none. */
interface SoundTrack { enabled: boolean, label: string, language: string }
interface SoundTracks extends ArrayLike<SoundTrack>, EventTarget {}

/** A voice as the playlist names it. */
export interface Named { track: string, name: string, language: string }

export function openNative(source: Source, named: Named[]): Engine {
  return new NativeEngine(source, named)
}

class NativeEngine implements Engine {
  private wanted: string
  private began = false

  constructor(private source: Source, private named: Named[]) {
    const { video, reports } = source
    this.wanted = source.voice
    video.addEventListener('error', () => reports.trouble(video.error?.code === MediaError.MEDIA_ERR_NETWORK ? 'lost' : 'unplayable'))
    video.addEventListener('playing', () => reports.trouble(undefined))
    const tracks = (video as { audioTracks?: SoundTracks }).audioTracks
    tracks?.addEventListener('addtrack', () => this.enable())
  }

  start(at: number): void {
    const { video, master } = this.source
    if (!this.began) {
      this.began = true
      video.preload = 'auto'
      video.src = master
    }
    if (at > 0) video.addEventListener('loadedmetadata', () => { video.currentTime = at }, { once: true })
  }

  seek(to: number): void {
    const { video } = this.source
    if (video.readyState > 0) video.currentTime = to
    else this.start(to)
  }

  choose(track: string): void {
    this.wanted = track
    this.enable()
    this.source.reports.sounds(track)
  }

  chooseSize(): void {
    // The system chooses the size by the line, and offers no other way.
  }

  again(at: number): void {
    this.began = false
    this.start(at)
  }

  private enable(): void {
    const tracks = (this.source.video as { audioTracks?: SoundTracks }).audioTracks
    const voice = this.named.find(v => v.track === this.wanted)
    if (!tracks || !voice) return
    // The name is unique in the playlist; a system that hides names still tells the language.
    const all = Array.from(tracks)
    const chosen = all.find(t => t.label === voice.name) ?? all.find(t => t.language === voice.language)
    if (!chosen) return
    for (const t of all) t.enabled = t === chosen
  }
}
