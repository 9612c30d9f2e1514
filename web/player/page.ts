// What the session page tells its script: the JSON in <script type="application/json" id="session">, written by the
// template. Times are in milliseconds on the session's clock. Every sentence the script shows is in `say`, in the
// language of the interface; gaps stand in braces.

/** A voice of the session and the key that chooses it. */
export interface Voice {
  /** Track id, "t4"; empty where there is no sound in this language. */
  track: string
  /** BCP 47; "mul" for a floor of several languages. */
  language: string
  /** The channel's number, 0–9 on the keyboard. */
  number: number
  /** The language in its own script; the interface's word for the floor. */
  name: string
  state: 'ready' | 'wait' | 'none'
  /** Word on the key while another voice sounds; without it, `say.interpretation` or `say.floor`. */
  word?: string
  /** Word on the key while this voice sounds; without it, `say.playing`. */
  playing?: string
  /** What stands under the desk while this voice sounds: that it is an interpretation, or the floor. */
  honest?: string
  /** Media playlist of this voice alone. */
  playlist?: string
}

/** Captions that can be drawn on the picture. */
export interface Text {
  track: string
  language: string
  name: string
  dir: 'ltr' | 'rtl'
  /** Address of a WebVTT file. */
  src: string
}

export interface Chapter {
  startMs: number
  title: string
}

export interface Say {
  play: string
  pause: string
  /** Word on the key of the voice that sounds. */
  playing: string
  /** Word on the key of an interpretation that does not sound. */
  interpretation: string
  /** Word on the key of the floor: "as spoken". */
  floor: string
  /** Word on a pressed key until its voice is heard: "one moment". */
  changing: string
  /** Play was pressed and no voice is chosen: "Choose a voice." */
  choose: string
  /** "Now: {voice}", said once after a change. */
  now: string
  /** "{at} of {length}"; both gaps are durations in words. */
  position: string
  /** "{at} of {length}, {chapter}". */
  positionChapter: string
  /** Heading of the choice of captions: "Captions". */
  captions: string
  /** The choice of no captions, also on the button: "none". */
  captionsNone: string
  /** "Speed", and the button's name "Speed: {speed}". */
  speed: string
  speedNow: string
  /** "Picture"; the choice that the line decides: "by the line"; a picture of `height` lines: "{height}p". */
  picture: string
  pictureAuto: string
  pictureHeight: string
  /** "{size} MB an hour". */
  anHour: string
  /** Heading of the list of keys. */
  keys: string
  /** What is on the keyboard: [keys, what they do], top to bottom. */
  keyList: [string, string][]
  /** "Link to {time}". */
  linkTo: string
  copied: string
  /** The line gives nothing for two seconds: "Waiting for the line." */
  waiting: string
  /** The line was lost. */
  lost: string
  /** The server no longer has what this page plays: load the page again. */
  changed: string
  /** This browser cannot play it; the download can. */
  unplayable: string
  /** Buttons beside those sentences. */
  again: string
  reload: string
}

export interface PageData {
  session: string
  /** Language of the interface. */
  lang: string
  /** The master playlist, with the voice to begin with. */
  master: string
  lengthMs: number
  /** The session has no picture of its own: a title card stands in. */
  still: boolean
  /** Where to begin: from ?t= or ?m=, else 0. */
  startMs: number
  /** The reader asked for playing at once. */
  autoplay: boolean
  /** Track id of the voice to begin with; empty when none was chosen: then nothing plays until a key is pressed. */
  voice: string
  /** Track id of the captions to begin with; empty for none. */
  captions: string
  /** Way of playing that was chosen before: "slides", "p360", "full"; empty leaves it to the line. */
  picture?: string
  saveData: boolean
  voices: Voice[]
  texts: Text[]
  chapters: Chapter[]
  say: Partial<Say>
}

/** Reads the page's data; undefined on pages where nothing plays. */
export function readPage(doc: Document): PageData | undefined {
  const holder = doc.getElementById('session')
  if (!holder?.textContent) return undefined
  return JSON.parse(holder.textContent) as PageData
}

/** Puts values into the gaps of a sentence: fill("Now: {voice}", {voice: "Español"}). */
export function fill(sentence: string | undefined, values: Record<string, string>): string {
  return (sentence ?? '').replace(/\{(\w+)\}/g, (gap, name: string) => values[name] ?? gap)
}
