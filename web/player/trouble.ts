// What is said when nothing plays, over the picture, with what can be done.
import type { Trouble } from './engine.ts'
import type { Player } from './player.ts'

/** Waiting shorter than this many ms is not worth a word. */
const PATIENCE = 2000

export function trouble(player: Player, stage: HTMLElement): void {
  const { say } = player.page
  const box = document.createElement('div')
  const words = document.createElement('p')
  const button = document.createElement('button')
  box.className = 'trouble'
  box.hidden = true
  words.setAttribute('role', 'status')
  button.type = 'button'
  button.className = 'knob'
  box.append(words, button)
  stage.append(box)

  let current: Trouble | undefined
  let patience = 0

  button.addEventListener('click', () => {
    if (current === 'changed') location.reload()
    else player.again()
  })
  player.on('trouble', what => {
    current = what
    show()
  })
  const { video } = player
  video.addEventListener('waiting', () => {
    clearTimeout(patience)
    patience = window.setTimeout(() => { if (player.playing) show(true) }, PATIENCE)
  })
  for (const e of ['playing', 'pause', 'seeked']) {
    video.addEventListener(e, () => {
      clearTimeout(patience)
      show()
    })
  }

  function show(waits = false): void {
    const sentence = current ? { lost: say.lost, changed: say.changed, unplayable: say.unplayable }[current] : waits ? say.waiting : undefined
    box.hidden = !sentence
    words.textContent = sentence ?? ''
    button.hidden = !current || current === 'unplayable'
    button.textContent = (current === 'changed' ? say.reload : say.again) ?? ''
  }
}
