// The player without its buttons: where it is, which voice sounds, what plays. The parts of the desk ask it for things
// and listen to it; none of them touches the engine or another part.
import type { Engine, Reports, Size, Source, Trouble } from './engine.ts'
import { openNative, playsHlsItself } from './engine_native.ts'
import type { PageData, Voice } from './page.ts'

/** The file of the hls.js engine beside this script; the build puts its name in. */
declare const ENGINE_FILE: string

interface EngineModule {
  canPlay(): boolean
  open(source: Source): Engine
}

/** What a part may listen to. */
export interface Heard {
  /** The position changed. */
  time: void
  /** Playing or not, its speed, how much is buffered. */
  state: void
  /** The voice that sounds, or the one that is on its way. */
  voice: void
  trouble: Trouble | undefined
  sizes: void
  /** Play was pressed, and no voice is chosen. */
  voiceless: void
}

type Listeners = { [E in keyof Heard]?: ((told: Heard[E]) => void)[] }

export class Player {
  /** Track id of the voice that sounds, or will when play is pressed; empty for none. */
  sounding: string
  /** Track id of the voice that was asked for and does not sound yet; empty for none. */
  changing = ''
  sizes: Size[] = []
  /** Place in `sizes`; -1 is "by the line". */
  size = -1
  /** Place in `sizes` of what is seen now; -1 before the first picture. */
  sizeSeen = -1
  /** Something was asked to play on this page. */
  started = false

  private waitsAt: number
  /** Play was pressed, and pause was not since. */
  private asked = false
  /** The engine has brought the picture to `waitsAt`: until then the element stands at 0. */
  private landed = false
  private lost = false
  private engine: Promise<Engine | undefined> | undefined
  private listeners: Listeners = {}

  constructor(readonly page: PageData, readonly video: HTMLVideoElement) {
    this.sounding = page.voice
    this.waitsAt = page.startMs / 1000
    for (const e of ['playing', 'seeked']) video.addEventListener(e, () => { this.landed = true })
    for (const e of ['timeupdate', 'seeking', 'seeked', 'loadedmetadata']) video.addEventListener(e, () => this.tell('time', undefined))
    for (const e of ['play', 'playing', 'pause', 'ended', 'waiting', 'ratechange', 'progress']) {
      video.addEventListener(e, () => this.tell('state', undefined))
    }
    window.addEventListener('online', () => { if (this.lost) this.again() })
    if (!page.saveData) void this.prepare()
  }

  on<E extends keyof Heard>(event: E, listener: (told: Heard[E]) => void): void {
    const all: ((told: Heard[E]) => void)[] = this.listeners[event] ?? []
    all.push(listener)
    this.listeners[event] = all as Listeners[E]
  }

  private tell<E extends keyof Heard>(event: E, told: Heard[E]): void {
    for (const listener of this.listeners[event] ?? []) listener(told)
  }

  /** Length in seconds. */
  get length(): number {
    return this.page.lengthMs / 1000
  }

  /** Position in seconds: where it plays, or where it will begin. */
  get at(): number {
    return this.landed ? this.video.currentTime : this.waitsAt
  }

  get playing(): boolean {
    return !this.video.paused && !this.video.ended
  }

  voice(track: string): Voice | undefined {
    return track === '' ? undefined : this.page.voices.find(v => v.track === track)
  }

  /** Plays from where it is. Without a voice nothing plays: another language is never started unasked. */
  play(): void {
    if (this.sounding === '' && this.page.voices.some(v => v.state === 'ready')) {
      this.tell('voiceless', undefined)
      return
    }
    if (this.video.ended) this.seek(0)
    this.asked = true
    // Called in the same turn as the press, or telephones would not let it sound.
    this.playVideo()
    if (this.started) return
    this.started = true
    void this.prepare().then(engine => {
      engine?.start(this.waitsAt)
      if (this.asked) this.playVideo() // A new source may have paused the element.
    })
  }

  private playVideo(): void {
    this.video.play().catch(() => this.tell('state', undefined))
  }

  pause(): void {
    this.asked = false
    this.video.pause()
  }

  toggle(): void {
    if (this.playing) this.pause()
    else this.play()
  }

  /** Goes to this second, kept within the session. */
  seek(to: number): void {
    const at = Math.min(Math.max(0, to), this.length)
    this.waitsAt = at
    if (this.started) void this.prepare().then(engine => engine?.seek(at))
    this.tell('time', undefined)
  }

  /** Chooses a voice. `sounding` follows when it is heard; while nothing was played yet, at once. */
  choose(track: string): void {
    const voice = this.voice(track)
    if (voice?.state !== 'ready') return
    const first = this.sounding === ''
    if (!this.started) {
      this.sounding = track
    } else {
      this.changing = track === this.sounding ? '' : track
    }
    if (this.engine) void this.engine.then(engine => engine?.choose(track))
    this.tell('voice', undefined)
    if (first) this.play()
  }

  chooseSize(size: number): void {
    void this.prepare().then(engine => engine?.chooseSize(size))
  }

  /** Tries again after trouble. */
  again(): void {
    this.waitsAt = this.at
    this.landed = false
    void this.prepare().then(engine => {
      engine?.again(this.waitsAt)
      if (this.asked) this.playVideo()
    })
  }

  /** Makes the engine ready: its script and the playlists, no sound and no picture. */
  prepare(): Promise<Engine | undefined> {
    this.engine ??= this.openEngine().catch(() => {
      this.engine = undefined // The script did not come: the next press asks for it again.
      this.started = false
      this.tell('trouble', 'lost')
      return undefined
    })
    return this.engine
  }

  private async openEngine(): Promise<Engine | undefined> {
    const { page, video } = this
    const { master, picture = '', saveData } = page
    const source = { video, master, voice: this.sounding, picture, saveData, reports: this.reports() }
    const MSE = 'MediaSource' in window || 'ManagedMediaSource' in window
    if (MSE) {
      const module = await import(ENGINE_FILE) as EngineModule
      if (module.canPlay()) return module.open({ ...source, voice: this.sounding })
    }
    if (playsHlsItself(video)) return openNative(source, page.voices)
    this.tell('trouble', 'unplayable')
    return undefined
  }

  private reports(): Reports {
    return {
      sounds: track => {
        this.sounding = track
        this.changing = ''
        this.tell('voice', undefined)
      },
      trouble: what => {
        this.lost = what === 'lost'
        this.tell('trouble', what)
      },
      sizes: (all, chosen, seen) => {
        this.sizes = all
        this.size = chosen
        this.sizeSeen = seen
        this.tell('sizes', undefined)
      },
    }
  }
}
