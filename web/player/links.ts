// Links and forms of the page that speak of a second: a time code goes there without a reload, a form takes the
// position along, and the link to share follows the playhead.
import type { Captions } from './captions.ts'
import { fill } from './page.ts'
import type { Player } from './player.ts'
import { clock } from './time.ts'

export function links(player: Player, captions: Captions): void {
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element).closest<HTMLAnchorElement>('.script a.tc, .chapters a, a[data-here]')
    const second = link && secondHere(link)
    if (second === undefined || second === null) return
    event.preventDefault()
    player.seek(second)
    // The press asks to hear this second; on a line that costs, only once something was played.
    if (player.started || !player.page.saveData) player.play()
  })
  document.addEventListener('submit', event => { takeAlong(event.target as HTMLFormElement, player) }, true)
  document.addEventListener('click', event => {
    const tongue = (event.target as Element).closest<HTMLAnchorElement>('.tongues a')
    if (tongue) tongue.href = here(player, captions, tongue.href)
  }, true)
  chapters(player)
  share(player, captions)
}

/** A form that opens this page again in another way opens it at this second. */
function takeAlong(form: HTMLFormElement, player: Player): void {
  if (form.method !== 'get' || new URL(form.action).pathname !== location.pathname) return
  for (const old of form.querySelectorAll('input[type=hidden][name=t], input[type=hidden][name=m]')) old.remove()
  const t = document.createElement('input')
  Object.assign(t, { type: 'hidden', name: 't', value: String(Math.floor(player.at)) })
  form.append(t)
}

/** The same page in another language of the interface: at this second, with what is heard and read now. */
function here(player: Player, captions: Captions, address: string): string {
  const url = new URL(address)
  url.searchParams.delete('m')
  url.searchParams.set('t', String(Math.floor(player.at)))
  const voice = valueOf(player.sounding)
  if (voice) url.searchParams.set('voice', voice)
  if (captions.chosen) url.searchParams.set('captions', captions.chosen.language)
  else url.searchParams.delete('captions')
  return url.href
}

/** What an address calls a voice: its key knows. */
function valueOf(track: string): string {
  const keys = document.querySelectorAll<HTMLButtonElement>('button[name=voice][data-track]')
  return [...keys].find(k => track !== '' && k.dataset.track === track)?.value ?? ''
}

/** The second a link goes to, if it goes to this very page. */
function secondHere(link: HTMLAnchorElement): number | undefined {
  const url = new URL(link.href, document.baseURI)
  const t = url.searchParams.get('t')
  if (url.pathname !== location.pathname || t === null || !/^\d+(\.\d+)?$/.test(t)) return undefined
  return Number(t)
}

/** Marks the chapter that plays, with a word beside it. */
function chapters(player: Player): void {
  const items = [...document.querySelectorAll<HTMLElement>('.chapters > li')]
  const { page } = player
  if (items.length !== page.chapters.length) return
  let marked = -2
  player.on('time', mark)
  mark()

  function mark(): void {
    let now = -1
    page.chapters.forEach((c, i) => { if (c.startMs / 1000 <= player.at) now = i })
    if (now === marked) return
    marked = now
    items.forEach((item, i) => {
      if (i === now) item.setAttribute('aria-current', 'true')
      else item.removeAttribute('aria-current')
      const word = item.querySelector('.sm')
      if (word) word.textContent = i === now ? page.say.playing ?? '' : ''
    })
  }
}

/** The link to share: to this second, with voice and captions where they are ticked. The way to quote it goes along. */
function share(player: Player, captions: Captions): void {
  const field = document.querySelector<HTMLInputElement>('input[data-link]')
  if (!field) return
  const base = new URL(field.value, location.href)
  const ticked = (name: string) => document.querySelector<HTMLInputElement>(`input[${name}]`)
  const label = document.querySelector<HTMLElement>('[data-link-label]')
  const withVoice = ticked('data-link-voice')
  const withCaptions = ticked('data-link-captions')
  const cite = document.querySelector<HTMLAnchorElement>('a[data-cite]')

  let second = -1
  const write = () => {
    const url = new URL(base.pathname, base.origin)
    second = Math.floor(player.at)
    url.searchParams.set('t', String(second))
    const voice = valueOf(player.sounding)
    if (voice && withVoice?.checked) url.searchParams.set('voice', voice)
    if (captions.chosen && withCaptions?.checked) url.searchParams.set('captions', captions.chosen.language)
    field.value = url.href
    if (cite) {
      const quoted = new URL(cite.href)
      quoted.search = ''
      quoted.searchParams.set('t', String(second))
      if (voice) quoted.searchParams.set('voice', voice)
      cite.href = quoted.href
    }
    if (label) label.textContent = fill(player.page.say.linkTo, { time: clock(second) })
  }
  player.on('time', () => { if (Math.floor(player.at) !== second) write() })
  player.on('voice', write)
  captions.onChange(write)
  for (const tick of [withVoice, withCaptions]) tick?.addEventListener('change', write)
  write()
  copyButton(field, player.page.say.copied ?? '')
}

function copyButton(field: HTMLInputElement, copied: string): void {
  const button = document.querySelector<HTMLButtonElement>('button[data-act=copy]')
  const written = button?.querySelector('[data-word]')
  if (!button || !written) return
  button.hidden = !navigator.clipboard // Only on pages that came safely.
  const before = written.textContent ?? ''
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(field.value).then(() => {
      written.textContent = copied
      setTimeout(() => { written.textContent = before }, 4000)
    })
  })
}
