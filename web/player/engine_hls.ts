// The engine for browsers with Media Source Extensions: hls.js built small. It is a file of its own, fetched where
// something plays and not before.
import Hls from 'hls.js'
import type { ErrorData, HlsConfig, Level } from 'hls.js'
import type { Engine, Size, Source, Trouble } from './engine.ts'
import { VoiceChange } from './voice_change.ts'

/** The bits a second to begin with, before the line was measured. */
const ESTIMATE = 300_000
const ESTIMATE_SAVING = 100_000
/** A second broken buffer within this many ms is not mended again. */
const MEND_AGAIN_AFTER = 10_000

/** Whether hls.js can play here. */
export function canPlay(): boolean {
  return Hls.isSupported()
}

export function open(source: Source): Engine {
  return new HlsEngine(source)
}

class HlsEngine implements Engine {
  private hls!: Hls
  private voices!: VoiceChange
  private startAt: number | undefined
  private parsed = false
  private size: number | undefined
  private mendedAt = -MEND_AGAIN_AFTER

  constructor(private source: Source) {
    this.open(source.voice)
  }

  private open(voice: string): void {
    const { reports, saveData, master, video } = this.source
    const hls = this.hls = new Hls(settings(saveData))
    this.parsed = false
    this.voices = new VoiceChange(hls, video, voice, reports.sounds, () => this.onMissing())
    hls.on(Hls.Events.MANIFEST_PARSED, (_, { levels }) => this.onParsed(levels))
    hls.on(Hls.Events.LEVEL_SWITCHED, () => this.reportSizes())
    hls.on(Hls.Events.ERROR, (_, data) => this.onError(data))
    hls.on(Hls.Events.FRAG_BUFFERED, () => reports.trouble(undefined))
    hls.loadSource(master)
  }

  start(at: number): void {
    this.startAt = at
    this.source.video.preload = 'auto' // With "none" the browser would not open the media source.
    if (!this.hls.media) this.hls.attachMedia(this.source.video)
    if (this.parsed) this.hls.startLoad(at > 0 ? at : -1)
  }

  seek(to: number): void {
    const { video } = this.source
    if (video.readyState >= HTMLMediaElement.HAVE_METADATA) {
      video.currentTime = to
    } else if (this.startAt !== undefined) {
      this.hls.stopLoad()
      this.start(to)
    }
  }

  choose(track: string): void {
    this.voices.choose(track)
  }

  chooseSize(size: number): void {
    this.size = size
    if (this.hls.media) this.hls.nextLevel = size
    else this.hls.loadLevel = size
    this.reportSizes()
  }

  private reportSizes(): void {
    this.source.reports.sizes(sizes(this.hls.levels), this.size ?? -1, this.hls.currentLevel)
  }

  // With a new hls.js: the old one does not load again after a fatal error in its first fragments.
  again(at: number): void {
    const voice = this.voices.wanted
    this.voices.end()
    this.hls.destroy()
    this.open(voice)
    if (this.startAt !== undefined) this.start(at)
    this.source.reports.sounds(voice)
  }

  private onParsed(levels: Level[]): void {
    this.parsed = true
    this.chooseSize(this.size ?? placeOf(this.source.picture, levels))
    if (this.startAt !== undefined) this.start(this.startAt)
  }

  // Silence and a sentence, never another language.
  private onMissing(): void {
    this.hls.stopLoad()
    this.hls.detachMedia()
    this.source.reports.trouble('changed')
  }

  private onError(data: ErrorData): void {
    if (!data.fatal) return
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && performance.now() - this.mendedAt > MEND_AGAIN_AFTER) {
      this.mendedAt = performance.now()
      this.hls.recoverMediaError()
      return
    }
    this.source.reports.trouble(troubleOf(data))
  }
}

function settings(saveData: boolean): Partial<HlsConfig> {
  return {
    autoStartLoad: false,
    maxBufferLength: 20,
    maxMaxBufferLength: 30,
    backBufferLength: 60,
    enableWorker: false,
    lowLatencyMode: false,
    capLevelToPlayerSize: true,
    abrEwmaDefaultEstimate: saveData ? ESTIMATE_SAVING : ESTIMATE,
  }
}

function sizes(levels: Level[]): Size[] {
  return levels.map(l => ({ height: l.height, megabytesAnHour: l.averageBitrate / 8 * 3600 / 1e6 }))
}

/** The way of playing that the page names, among the levels (smallest first); -1 where there is none. */
function placeOf(picture: string, levels: Level[]): number {
  if (picture === 'full') return levels.length - 1
  return picture === '' ? -1 : levels.findIndex(l => l.uri.includes(`.${picture}.`))
}

function troubleOf({ type, response }: ErrorData): Trouble {
  if (type !== Hls.ErrorTypes.NETWORK_ERROR) return 'unplayable'
  return response?.code === 404 || response?.code === 410 ? 'changed' : 'lost'
}
