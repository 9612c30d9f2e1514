// The transcript beside the picture, or those side by side, follow what is said: the current line is marked and kept in
// sight within its own box. It announces nothing, moves no focus and never scrolls the page. A hand on the scroll turns
// following off until the button is pressed again.

/** What is followed: its place in seconds, and word when that changes. */
interface Followed {
  readonly at: number
  on(event: 'time', listener: () => void): void
}

interface Line { element: HTMLElement, start: number, end: number }

/** A line stays marked for this many seconds after its end, unless the next one begins. */
const LINGER = 2

export function transcript(player: Followed): void {
  const box = document.querySelector<HTMLElement>('.panel-body, .side-body')
  const button = document.querySelector<HTMLButtonElement>('button[data-act=follow]')
  const lines = readLines()
  if (!box || lines.length === 0) return
  const still = window.matchMedia('(prefers-reduced-motion: reduce)')
  let following = button?.getAttribute('aria-pressed') !== 'false'
  let current: Line | undefined

  button?.addEventListener('click', () => follow(!following))
  for (const hand of ['wheel', 'touchmove']) box.addEventListener(hand, () => follow(false), { passive: true })
  box.addEventListener('keydown', event => {
    const scrolls = ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', ' ']
    if (event.target === box && scrolls.includes(event.key)) follow(false)
  })
  // The scroll bar itself: a press beside the content.
  box.addEventListener('pointerdown', event => { if (event.target === box && event.offsetX > box.clientWidth) follow(false) })
  player.on('time', mark)
  mark()

  function follow(on: boolean): void {
    if (box && following && !on) box.scrollTo({ top: box.scrollTop }) // Ends a glide of ours: the hand comes first.
    following = on
    button?.setAttribute('aria-pressed', String(on))
    if (on && current) show(current)
  }

  function mark(): void {
    const line = lineAt(lines, player.at)
    if (line === current) return
    current?.element.removeAttribute('aria-current')
    line?.element.setAttribute('aria-current', 'true')
    current = line
    if (following && line) show(line)
  }

  // Not scrollIntoView, which would scroll the page as well.
  function show({ element }: Line): void {
    if (!box) return
    const place = element.getBoundingClientRect()
    const frame = box.getBoundingClientRect()
    const top = box.scrollTop + place.top - frame.top - (box.clientHeight - place.height) / 3
    box.scrollTo({ top, behavior: still.matches ? 'auto' : 'smooth' })
  }
}

function readLines(): Line[] {
  const all = [...document.querySelectorAll<HTMLElement>('.script li[data-start]')]
  return all
    .map(element => ({ element, start: Number(element.dataset.start) / 1000, end: Number(element.dataset.end) / 1000 }))
    .sort((a, b) => a.start - b.start)
}

/** The last line that has begun by this second, unless it ended long ago. */
export function lineAt<L extends { start: number, end: number }>(lines: L[], at: number): L | undefined {
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle] as L).start <= at + 0.001) low = middle + 1
    else high = middle
  }
  const line = lines[low - 1]
  return line && at < line.end + LINGER ? line : undefined
}
