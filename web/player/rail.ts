// The rail: a small player at the foot of pages that speak of seconds of sessions. It plays sound alone, in any voice of
// the session, from the file that a page without script plays too. A link to a second plays here instead of opening
// the session; the key that is pressed changes the voice at the same second.
import { fill } from './page.ts'
import { clock, inWords } from './time.ts'
import { bufferedUntil } from './time_line.ts'
import { transcript } from './transcript.ts'

interface RailVoice { track: string, number: number, name: string, language: string, dir?: string, value: string, src: string, honest?: string }

interface RailSession { title: string, lang?: string, dir?: string, lengthMs: number, watch: string, voices: RailVoice[] }

/** What the page tells the rail: the JSON in <script type="application/json" id="rail">. */
interface RailData {
  sessions: Record<string, RailSession>
  say: Record<string, string>
  /** What stands in the rail when the page comes; without it the rail waits out of sight for the first link. */
  opens?: { session: string, voice: string, startMs: number }
}

const WIDTH = 1000
const STEP = 5
const JUMP = 10
const PAGE = 60

/** Makes the rail of a page work. Without one nothing happens. */
export function rail(): void {
  const holder = document.getElementById('rail')
  const box = document.querySelector<HTMLElement>('[data-rail]')
  if (!holder?.textContent || !box) return
  new Rail(box, JSON.parse(holder.textContent) as RailData).begin()
}

class Rail {
  private audio = new Audio()
  private session: RailSession | undefined
  private voice: RailVoice | undefined
  /** Second to begin at, while the element has not come there. */
  private waitsAt: number | undefined
  private heard: (() => void)[] = []
  private status = document.createElement('p')
  private go: HTMLButtonElement | null
  private range: HTMLInputElement | null

  constructor(private box: HTMLElement, private data: RailData) {
    this.go = box.querySelector('button[data-act=play]')
    this.range = box.querySelector('input[type=range]')
    this.audio.preload = 'none'
    this.status.className = 'vh'
    this.status.setAttribute('role', 'status')
    box.append(this.status)
  }

  begin(): void {
    for (const hidden of document.querySelectorAll<HTMLElement>('[data-script][hidden]')) hidden.hidden = false
    this.box.querySelector('audio')?.remove()
    const { audio } = this
    for (const e of ['timeupdate', 'seeking', 'seeked', 'progress']) audio.addEventListener(e, () => this.show())
    for (const e of ['play', 'pause', 'ended']) audio.addEventListener(e, () => this.showState())
    audio.addEventListener('loadedmetadata', () => this.land())
    audio.addEventListener('error', () => { if (audio.src !== '') this.status.textContent = this.data.say.unplayable ?? '' })
    this.go?.addEventListener('click', () => this.toggle())
    this.range?.addEventListener('input', () => this.seek(Number(this.range?.value)))
    this.range?.addEventListener('keydown', event => { if (this.steps(event)) event.preventDefault() })
    this.box.addEventListener('keydown', event => this.onKey(event))
    document.addEventListener('click', event => this.onLink(event))
    document.addEventListener('click', event => this.takeAlong(event), true)
    const { opens } = this.data
    if (!opens) return
    this.open(opens.session, opens.voice, opens.startMs / 1000)
    transcript(this)
  }

  /** Position in seconds. */
  get at(): number {
    return this.waitsAt ?? this.audio.currentTime
  }

  on(_event: 'time', listener: () => void): void {
    this.heard.push(listener)
  }

  /** Puts a second of a session in, in one of its voices; without a name the voice stays, or none is chosen. */
  private open(name: string, track: string, second: number): void {
    const session = this.data.sessions[name]
    if (!session) return
    if (session !== this.session) {
      this.session = session
      this.voice = undefined
      if (!this.data.opens) this.drawKeys(session)
      for (const key of this.keys()) key.onclick = event => { event.preventDefault(); this.choose(key.dataset.track ?? '') }
    }
    this.box.hidden = false
    this.waitsAt = second
    const voice = session.voices.find(v => v.track === track)
    if (voice) this.tune(voice)
    else if (this.audio.readyState > 0) this.land()
    this.showVoice()
    this.show()
  }

  private tune(voice: RailVoice): void {
    if (voice !== this.voice) {
      this.waitsAt = this.at
      this.voice = voice
      this.audio.src = voice.src
      this.audio.load()
    } else if (this.audio.readyState > 0) this.land()
  }

  /** The element knows its length: it can go to the second. */
  private land(): void {
    if (this.waitsAt === undefined) return
    this.audio.currentTime = this.waitsAt
    this.waitsAt = undefined
  }

  private play(): void {
    if (!this.voice) { // Another language is never started unasked.
      this.keys()[0]?.focus()
      this.status.textContent = this.data.say.choose ?? ''
      return
    }
    this.audio.play().catch(() => this.showState())
  }

  private toggle(): void {
    if (this.audio.paused) this.play()
    else this.audio.pause()
  }

  private seek(second: number): void {
    this.waitsAt = Math.min(Math.max(0, second), (this.session?.lengthMs ?? 0) / 1000)
    if (this.audio.readyState > 0) this.land()
    this.show()
  }

  private choose(track: string): void {
    const voice = this.session?.voices.find(v => v.track === track)
    if (!voice || voice === this.voice) return
    const first = !this.voice
    const playing = !this.audio.paused
    this.tune(voice)
    if (first || playing) this.play()
    this.showVoice()
    this.status.textContent = fill(this.data.say.now, { voice: voice.name })
  }

  private onLink(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[data-play], .script a.tc')
    if (!link) return
    const second = link.dataset.at ? Number(link.dataset.at) / 1000 : Number(new URL(link.href).searchParams.get('t'))
    const session = link.dataset.play ?? this.data.opens?.session ?? ''
    if (!this.data.sessions[session]) return
    event.preventDefault()
    this.open(session, link.dataset.voice ?? '', second)
    this.play()
  }

  /** A link to this page in another language opens it at this second. */
  private takeAlong(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>('.tongues a')
    if (!link || !this.data.opens) return
    const url = new URL(link.href)
    url.searchParams.set('t', String(Math.floor(this.at)))
    if (this.voice) url.searchParams.set('voice', this.voice.value)
    link.href = url.href
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
    if (/^[0-9]$/.test(event.key)) this.choose(this.session?.voices.find(v => v.number === Number(event.key))?.track ?? '')
    else if (event.key === 'k') this.toggle()
    else if (event.key === 'j') this.seek(this.at - JUMP)
    else if (event.key === 'l') this.seek(this.at + JUMP)
    else return
    event.preventDefault()
  }

  /** Before the browser's own steps, which follow the direction of the page. */
  private steps(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.altKey || event.metaKey) return false
    const by = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageDown: -PAGE, PageUp: PAGE }[event.key]
    if (by === undefined) return false
    this.seek(this.at + by)
    return true
  }

  private keys(): HTMLButtonElement[] {
    return [...this.box.querySelectorAll<HTMLButtonElement>('button[name=voice]')]
  }

  private drawKeys({ voices }: RailSession): void {
    this.box.querySelector('.keys')?.replaceChildren(...voices.map(v => {
      const key = document.createElement('button')
      key.type = 'button'
      key.name = 'voice'
      key.className = 'key mini'
      key.dataset.track = v.track
      const number = document.createElement('b')
      number.textContent = String(v.number)
      const name = document.createElement('span')
      name.className = 'nm'
      name.textContent = v.name
      if (v.dir) Object.assign(name, { lang: v.language, dir: v.dir })
      key.append(number, ' ', name)
      return key
    }))
  }

  private showVoice(): void {
    for (const key of this.keys()) key.setAttribute('aria-pressed', String(key.dataset.track === this.voice?.track))
    const { session, voice } = this
    const what = this.box.querySelector('.of-what')
    if (!what || !session) return
    const link = document.createElement('a')
    link.textContent = session.title
    if (session.lang) Object.assign(link, { lang: session.lang, dir: session.dir })
    const honest = document.createElement('span')
    honest.textContent = voice?.honest ?? ''
    what.replaceChildren(link, ' ', honest)
    this.show()
  }

  private show(): void {
    const { at, session } = this
    if (!session) return
    const length = session.lengthMs / 1000
    const now = this.box.querySelector('.clock b')
    if (now) now.textContent = clock(at)
    const of = this.box.querySelector('.clock .of')
    if (of) of.textContent = ` / ${clock(length)}`
    if (this.range) {
      this.range.max = String(Math.floor(length))
      this.range.value = String(at)
      const lang = document.documentElement.lang
      this.range.setAttribute('aria-valuetext', fill(this.data.say.position, { at: inWords(at, lang), length: inWords(length, lang) }))
    }
    const units = (s: number) => Math.min(WIDTH, Math.max(0, s / length * WIDTH)).toFixed(1)
    this.box.querySelector('.done')?.setAttribute('width', units(at))
    this.box.querySelector('.got')?.setAttribute('width', units(bufferedUntil(this.audio, at)))
    this.showLinks()
    for (const listener of this.heard) listener()
  }

  /** Links to the second that is heard: of the session, and of this page. */
  private showLinks(): void {
    const second = String(Math.floor(this.at))
    const watch = this.box.querySelector<HTMLAnchorElement>('.of-what a')
    if (watch && this.session) {
      const query = new URLSearchParams({ t: second, ...this.voice && { voice: this.voice.value } })
      watch.href = `${this.session.watch}?${query.toString()}`
    }
    for (const here of document.querySelectorAll<HTMLAnchorElement>('a[data-link-second]')) {
      const url = new URL(here.href)
      url.searchParams.set('t', second)
      if (this.voice) url.searchParams.set('voice', this.voice.value)
      here.href = url.href
      if (here.dataset.linkSecond) here.textContent = fill(this.data.say.linkTo, { time: clock(this.at) })
    }
  }

  private showState(): void {
    const playing = !this.audio.paused && !this.audio.ended
    this.go?.setAttribute('aria-label', (playing ? this.data.say.pause : this.data.say.play) ?? '')
    this.go?.querySelector('use')?.setAttribute('href', playing ? '#pause' : '#play')
  }
}
