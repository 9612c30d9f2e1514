// Suggestions while words are typed: a combobox with a list, after the pattern of the ARIA practices guide. It can be
// ignored: the field stays a field, Enter asks for what stands in it, and where nothing comes nothing is shown.

interface Suggestion { text: string, lang: string, dir: string }

/** Pause in typing, in ms, before the server is asked. */
const PAUSE = 150
const LETTERS = 2

/** Makes every field for words that names where suggestions are a combobox. */
export function suggest(): void {
  document.querySelectorAll<HTMLInputElement>('input[data-suggest]').forEach((field, i) => new Suggest(field, i).begin())
}

class Suggest {
  private list = document.createElement('ul')
  private current = -1
  private waiting = 0
  private asking: AbortController | undefined
  /** What the reader typed, while an option stands in the field. */
  private typed = ''

  constructor(private field: HTMLInputElement, place: number) {
    this.list.id = `suggestions-${place}`
  }

  begin(): void {
    const { field, list } = this
    list.className = 'suggestions'
    list.hidden = true
    list.setAttribute('role', 'listbox')
    list.setAttribute('aria-label', field.dataset.suggestLabel ?? '')
    field.parentElement?.append(list)
    field.autocomplete = 'off'
    for (const [name, value] of [['role', 'combobox'], ['aria-autocomplete', 'list'], ['aria-expanded', 'false'], ['aria-controls', list.id]] as const) field.setAttribute(name, value)
    field.addEventListener('input', () => this.typing())
    field.addEventListener('keydown', event => this.onKey(event))
    field.addEventListener('blur', () => this.close())
    list.addEventListener('pointerdown', event => {
      const option = (event.target as Element).closest<HTMLElement>('[role=option]')
      if (!option || event.button !== 0) return
      event.preventDefault() // The field keeps the focus.
      this.take(option)
      field.form?.requestSubmit()
    })
  }

  private typing(): void {
    this.typed = this.field.value
    clearTimeout(this.waiting)
    this.asking?.abort()
    if (this.typed.trim().length < LETTERS && !/[\u3040-\u9fff]/.test(this.typed)) {
      this.close()
      return
    }
    this.waiting = window.setTimeout(() => void this.ask(this.typed), PAUSE)
  }

  private async ask(typed: string): Promise<void> {
    const asking = this.asking = new AbortController()
    try {
      const url = `${this.field.dataset.suggest ?? ''}?${new URLSearchParams({ q: typed }).toString()}`
      const answer = await fetch(url, { signal: asking.signal, credentials: 'same-origin' })
      if (!answer.ok) throw new Error(String(answer.status))
      const { suggestions } = await answer.json() as { suggestions: Suggestion[] }
      if (asking.signal.aborted || document.activeElement !== this.field) return
      this.show(suggestions)
    } catch {
      if (!asking.signal.aborted) this.close() // Nothing is missing without them.
    }
  }

  private show(all: Suggestion[]): void {
    this.current = -1
    this.list.replaceChildren(...all.map((s, i) => {
      const option = document.createElement('li')
      option.id = `${this.list.id}-${i}`
      option.setAttribute('role', 'option')
      option.setAttribute('aria-selected', 'false')
      option.textContent = s.text
      if (s.lang && s.lang !== 'mul') Object.assign(option, { lang: s.lang, dir: s.dir })
      return option
    }))
    this.list.hidden = all.length === 0
    this.field.setAttribute('aria-expanded', String(all.length > 0))
    this.field.removeAttribute('aria-activedescendant')
  }

  private close(): void {
    clearTimeout(this.waiting)
    this.asking?.abort()
    this.show([])
  }

  private onKey(event: KeyboardEvent): void {
    if (event.isComposing || this.list.hidden) return
    const { children } = this.list
    switch (event.key) {
      case 'ArrowDown': this.go(this.current + 1 < children.length ? this.current + 1 : -1); break
      case 'ArrowUp': this.go(this.current === -1 ? children.length - 1 : this.current - 1); break
      case 'Escape': this.field.value = this.typed; this.close(); break
      case 'Enter': this.close(); return // The form goes off with what stands in the field.
      default: return
    }
    event.preventDefault()
  }

  /** Goes to an option, or back to what was typed: -1. */
  private go(to: number): void {
    this.current = to
    ;[...this.list.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === to)))
    const option = this.list.children[to] as HTMLElement | undefined
    if (option) this.take(option)
    else this.field.value = this.typed
    if (option) this.field.setAttribute('aria-activedescendant', option.id)
    else this.field.removeAttribute('aria-activedescendant')
  }

  private take(option: HTMLElement): void {
    this.field.value = option.textContent ?? ''
  }
}
