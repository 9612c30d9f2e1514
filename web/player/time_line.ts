// The time line: a native range over a drawn bar. Time runs from left to right in every language.
import { fill } from './page.ts'
import type { Player } from './player.ts'
import { clock, inWords } from './time.ts'

/** Width of the drawing, in its own units. */
const WIDTH = 1000
const STEP = 5
const PAGE = 60

export function timeLine(player: Player, desk: HTMLElement): void {
  const range = desk.querySelector<HTMLInputElement>('.line input[type=range]')
  const drawing = desk.querySelector<SVGSVGElement>('.line svg')
  const now = desk.querySelector<HTMLElement>('.clock b') ?? desk.querySelector<HTMLElement>('.clock')
  const { page, length } = player
  /** Second under the hand while it drags; undefined when nobody does. */
  let held: number | undefined

  if (range) {
    range.min = '0'
    range.max = String(length)
    range.step = '0.1'
    range.addEventListener('input', () => {
      held = range.valueAsNumber
      show()
    })
    range.addEventListener('change', () => {
      held = undefined
      player.seek(range.valueAsNumber)
    })
    range.addEventListener('keydown', onKey)
  }
  if (drawing) drawTicks(drawing)
  player.on('time', show)
  player.on('state', show)
  show()

  // Before the browser's own steps, which follow the direction of the page and the step of the range.
  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const to = keyTarget(event.key)
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    player.seek(to)
  }

  function keyTarget(key: string): number | undefined {
    switch (key) {
      case 'ArrowLeft': case 'ArrowDown': return player.at - STEP
      case 'ArrowRight': case 'ArrowUp': return player.at + STEP
      case 'PageDown': return player.at - PAGE
      case 'PageUp': return player.at + PAGE
      case 'Home': return 0
      case 'End': return length
      default: return undefined
    }
  }

  function show(): void {
    const at = held ?? player.at
    if (now) now.textContent = clock(at)
    if (range) {
      if (held === undefined) range.value = String(at)
      range.setAttribute('aria-valuetext', spoken(at))
    }
    if (drawing) drawBar(drawing, at)
  }

  function spoken(at: number): string {
    const chapter = [...page.chapters].reverse().find(c => c.startMs / 1000 <= at)
    const values = { at: inWords(at, page.lang), length: inWords(length, page.lang), chapter: chapter?.title ?? '' }
    return fill(chapter ? page.say.positionChapter : page.say.position, values)
  }

  function drawBar(svg: SVGSVGElement, at: number): void {
    svg.querySelector('.done')?.setAttribute('width', units(at))
    svg.querySelector('.got')?.setAttribute('width', units(bufferedUntil(player.video, at)))
  }

  function drawTicks(svg: SVGSVGElement): void {
    for (const old of svg.querySelectorAll('.tick')) old.remove()
    for (const chapter of page.chapters) {
      if (chapter.startMs === 0) continue
      const tick = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
      const place = { class: 'tick', x: units(chapter.startMs / 1000), y: '17', width: '3', height: '10' }
      for (const [name, value] of Object.entries(place)) tick.setAttribute(name, value)
      svg.append(tick)
    }
  }

  function units(seconds: number): string {
    return Math.min(WIDTH, Math.max(0, seconds / length * WIDTH)).toFixed(1)
  }
}

/** How far the element has, in seconds, what it needs to play on from `at`. */
export function bufferedUntil({ buffered }: HTMLMediaElement, at: number): number {
  for (let i = 0; i < buffered.length; i++) {
    if (buffered.start(i) <= at + 0.1 && at <= buffered.end(i)) return buffered.end(i)
  }
  return at
}
