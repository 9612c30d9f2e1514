// The buttons of the desk: play, back, forward, captions, speed, picture, picture in picture, keys, full screen.
import type { Captions } from './captions.ts'
import { Drawer, keyList } from './choices.ts'
import type { Choice, Group } from './choices.ts'
import { fill } from './page.ts'
import type { Player } from './player.ts'
import { megabytes } from './time.ts'

const JUMP = 10
const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2]

/** WebKit's own full screen, on telephones the only one. */
interface WebKitVideo extends HTMLVideoElement { webkitEnterFullscreen?: () => void }

export function knobs(player: Player, desk: HTMLElement, captions: Captions): { fullScreen: () => void } {
  const { page, video } = player
  const { say } = page
  const bar = desk.querySelector<HTMLElement>('.knobs') ?? desk
  const drawer = new Drawer(bar)
  const knob = (act: string) => desk.querySelector<HTMLButtonElement>(`button[data-act=${act}]`)

  const go = knob('play')
  const captionKnob = knob('captions')
  const speedKnob = knob('speed')
  const pictureKnob = knob('picture')

  go?.addEventListener('click', () => player.toggle())
  knob('back')?.addEventListener('click', () => player.seek(player.at - JUMP))
  knob('forward')?.addEventListener('click', () => player.seek(player.at + JUMP))
  knob('full')?.addEventListener('click', fullScreen)
  video.addEventListener('click', () => player.toggle())

  if (captionKnob) {
    captionKnob.hidden = page.texts.length === 0
    drawer.opens(captionKnob, () => [captionGroup()])
  }
  if (speedKnob) drawer.opens(speedKnob, () => [speedGroup()])
  if (pictureKnob) {
    pictureKnob.hidden = page.still
    pictureKnob.addEventListener('click', () => void player.prepare())
    drawer.opens(pictureKnob, () => [pictureGroup()])
  }
  const more = knob('more')
  if (more) {
    more.addEventListener('click', () => void player.prepare())
    drawer.opens(more, () => page.still ? [speedGroup()] : [speedGroup(), pictureGroup()])
  }
  const keys = knob('keys')
  if (keys) {
    keys.hidden = !say.keyList?.length
    drawer.opens(keys, () => [keyList(say.keys ?? '', say.keyList ?? [])])
  }
  pictureInPicture(knob('pip'), video)

  player.on('state', showState)
  player.on('sizes', showSize)
  captions.onChange(showCaptions)
  document.addEventListener('fullscreenchange', () => {
    knob('full')?.setAttribute('aria-pressed', String(document.fullscreenElement === desk))
  })
  showState()
  showSize()
  showCaptions()
  return { fullScreen }

  function showState(): void {
    go?.setAttribute('aria-label', (player.playing ? say.pause : say.play) ?? '')
    go?.querySelector('use')?.setAttribute('href', player.playing ? '#pause' : '#play')
    const speed = times(video.playbackRate)
    speedKnob?.setAttribute('aria-label', fill(say.speedNow, { speed }))
    const written = speedKnob?.querySelector('bdi')
    if (written) written.textContent = speed
  }

  function showSize(): void {
    const written = pictureKnob?.querySelector('[data-size]')
    if (written) written.textContent = sizeName(player.sizeSeen >= 0 ? player.sizeSeen : player.size)
    drawer.refresh()
  }

  function showCaptions(): void {
    const text = captions.chosen
    captionKnob?.setAttribute('aria-pressed', String(text !== undefined))
    const written = captionKnob?.querySelector<HTMLElement>('.wide')
    if (written) {
      written.textContent = text?.name ?? say.captionsNone ?? ''
      if (text) written.lang = text.language
      else written.removeAttribute('lang')
    }
    drawer.refresh()
  }

  function captionGroup(): Group {
    const none: Choice = { label: say.captionsNone ?? '', chosen: !captions.chosen, choose: () => captions.choose(undefined) }
    const texts = page.texts.map((t): Choice =>
      ({ label: t.name, lang: t.language, chosen: captions.chosen === t, choose: () => captions.choose(t) }))
    return { title: say.captions ?? '', choices: [none, ...texts] }
  }

  function speedGroup(): Group {
    const choices = SPEEDS.map((s): Choice => ({
      label: times(s),
      chosen: video.playbackRate === s,
      choose: () => {
        // The default as well: a new source begins with that one.
        video.defaultPlaybackRate = video.playbackRate = s
        drawer.refresh()
      },
    }))
    return { title: say.speed ?? '', choices }
  }

  function pictureGroup(): Group {
    const auto: Choice = { label: say.pictureAuto ?? '', chosen: player.size === -1, choose: () => player.chooseSize(-1) }
    const all = player.sizes.map((size, i): Choice => ({
      label: sizeName(i),
      note: size.megabytesAnHour > 0 ? fill(say.anHour, { size: megabytes(size.megabytesAnHour, page.lang) }) : '',
      chosen: player.size === i,
      choose: () => player.chooseSize(i),
    }))
    return { title: say.picture ?? '', choices: [auto, ...all] }
  }

  function sizeName(place: number): string {
    const size = player.sizes[place]
    return size ? fill(say.pictureHeight, { height: String(size.height) }) : say.pictureAuto ?? ''
  }

  function fullScreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen()
    else if (desk.requestFullscreen) void desk.requestFullscreen().catch(() => undefined)
    else (video as WebKitVideo).webkitEnterFullscreen?.()
  }
}

function times(speed: number): string {
  return `${speed}×`
}

function pictureInPicture(knob: HTMLButtonElement | null, video: HTMLVideoElement): void {
  if (!knob) return
  if (!document.pictureInPictureEnabled) {
    knob.hidden = true // Firefox has a button of its own.
    return
  }
  knob.addEventListener('click', () => {
    if (document.pictureInPictureElement) void document.exitPictureInPicture()
    else video.requestPictureInPicture().catch(() => undefined)
  })
}
