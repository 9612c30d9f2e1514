// The drawer under the controls: captions, speed, picture and the list of keys, one at a time. Not a dialog: it opens
// in its place, moves nothing else and takes no focus.

export interface Choice {
  label: string
  /** Second line, smaller: what it costs. */
  note?: string
  /** Language of the label, where it is not the page's. */
  lang?: string
  chosen: boolean
  choose(): void
}

export interface Group {
  title: string
  choices: Choice[]
}

export class Drawer {
  private element = document.createElement('div')
  private opener: HTMLElement | undefined
  private redraw: (() => void) | undefined
  private openers: HTMLElement[] = []

  constructor(after: HTMLElement) {
    this.element.className = 'choices'
    this.element.id = 'choices'
    this.element.hidden = true
    after.after(this.element)
    this.element.addEventListener('keydown', event => this.onKey(event))
  }

  /** Makes a button open the drawer with what `draw` gives; pressed again it closes. */
  opens(button: HTMLElement, draw: () => (Node | Group)[]): void {
    this.openers.push(button)
    button.setAttribute('aria-expanded', 'false')
    button.setAttribute('aria-controls', this.element.id)
    button.addEventListener('click', () => {
      if (this.opener === button) this.close()
      else this.open(button, draw)
    })
    button.addEventListener('keydown', event => this.onKey(event))
  }

  /** Draws what is open again, after what it shows has changed. */
  refresh(): void {
    this.redraw?.()
  }

  close(): void {
    this.opener?.setAttribute('aria-expanded', 'false')
    this.opener = this.redraw = undefined
    this.element.hidden = true
    this.element.replaceChildren()
  }

  private open(button: HTMLElement, draw: () => (Node | Group)[]): void {
    this.close()
    this.opener = button
    button.setAttribute('aria-expanded', 'true')
    this.redraw = () => {
      const place = this.focusedPlace()
      this.element.replaceChildren(...draw().map(part => part instanceof Node ? part : groupElement(part)))
      if (place >= 0) this.element.querySelectorAll('button')[place]?.focus()
    }
    this.redraw()
    this.element.hidden = false
  }

  private focusedPlace(): number {
    return [...this.element.querySelectorAll('button')].findIndex(b => b === document.activeElement)
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.opener) return
    event.stopPropagation()
    const { opener } = this
    this.close()
    opener.focus()
  }
}

function groupElement({ title, choices }: Group): HTMLElement {
  const group = document.createElement('div')
  group.setAttribute('role', 'group')
  group.setAttribute('aria-label', title)
  const head = document.createElement('p')
  head.textContent = title
  head.setAttribute('aria-hidden', 'true') // The group has that name already.
  const row = document.createElement('div')
  row.className = 'choice-row'
  row.append(...choices.map(choiceElement))
  group.append(head, row)
  return group
}

function choiceElement({ label, note, lang, chosen, choose }: Choice): HTMLElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'choice'
  button.setAttribute('aria-pressed', String(chosen))
  const name = document.createElement('span')
  name.textContent = label
  if (lang) name.lang = lang
  button.append(name)
  if (note) {
    const small = document.createElement('small')
    small.textContent = note
    button.append(' ', small)
  }
  button.addEventListener('click', choose)
  return button
}

/** The keyboard's keys as a list of terms: [keys, what they do]. */
export function keyList(title: string, keys: [string, string][]): HTMLElement {
  const holder = document.createElement('div')
  const head = document.createElement('p')
  head.textContent = title
  const list = document.createElement('dl')
  list.className = 'key-list'
  for (const [key, does] of keys) {
    const term = document.createElement('dt')
    const kbd = document.createElement('kbd')
    kbd.dir = 'ltr'
    kbd.textContent = key
    term.append(kbd)
    const what = document.createElement('dd')
    what.textContent = does
    list.append(term, what)
  }
  holder.append(head, list)
  return holder
}
