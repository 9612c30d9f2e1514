// Puts the desk together: takes the picture over from the browser's own controls and gives each part its place.
import { Captions } from './captions.ts'
import { keyboard } from './keyboard.ts'
import { knobs } from './knobs.ts'
import { links } from './links.ts'
import type { PageData } from './page.ts'
import { Player } from './player.ts'
import { timeLine } from './time_line.ts'
import { transcript } from './transcript.ts'
import { trouble } from './trouble.ts'
import { voiceKeys } from './voice_keys.ts'

interface Connection { saveData?: boolean, effectiveType?: string }

/** Takes over the desk of a page. Without a desk or a picture nothing happens. */
export function takeOver(page: PageData): void {
  const desk = document.querySelector<HTMLElement>('.desk')
  const stage = desk?.querySelector<HTMLElement>('.stage')
  const video = stage?.querySelector('video')
  if (!desk || !stage || !video) return
  page.saveData ||= savesData()

  plain(video)
  for (const hidden of document.querySelectorAll<HTMLElement>('[data-script][hidden]')) hidden.hidden = false
  const player = new Player(page, video)
  const status = statusLine(desk)
  const captions = new Captions(player, saysElement(stage))
  const { fullScreen } = knobs(player, desk, captions)
  voiceKeys(player, desk, status)
  timeLine(player, desk)
  trouble(player, stage)
  transcript(player)
  keyboard(player, desk, status, { captions: () => captions.toggle(), fullScreen })
  links(player, captions)
  if (page.autoplay && !page.saveData) player.play()
}

/** The reader's browser asks for little, or the line is a slow one. */
function savesData(): boolean {
  const connection = (navigator as { connection?: Connection }).connection
  return connection?.saveData === true || connection?.effectiveType === '2g' || connection?.effectiveType === 'slow-2g'
}

/** Takes away what the page gives to browsers without script: the plain file and the browser's controls. */
function plain(video: HTMLVideoElement): void {
  video.controls = false
  video.removeAttribute('src')
  for (const child of video.querySelectorAll('source, track')) child.remove()
  video.load()
}

/** The one polite line that says what has changed. It stands in the page before anything is said in it. */
function statusLine(desk: HTMLElement): HTMLElement {
  const status = document.createElement('p')
  status.className = 'vh'
  status.setAttribute('role', 'status')
  desk.append(status)
  return status
}

/** Where captions are drawn. Not a live region: the transcript is the reading of them. */
function saysElement(stage: HTMLElement): HTMLElement {
  const there = stage.querySelector<HTMLElement>('.says')
  if (there) {
    there.replaceChildren()
    return there
  }
  const says = document.createElement('div')
  says.className = 'says'
  stage.append(says)
  return says
}
