// What the player needs of whatever turns playlists into sound and picture.

/** Why nothing plays, as the reader is told. */
export type Trouble =
  /** No answer from the server; it may come back. */
  | 'lost'
  /** The server no longer has these addresses: the page is older than the recording. */
  | 'changed'
  /** This browser cannot play it. */
  | 'unplayable'

/** One size of the picture. */
export interface Size {
  /** Lines of the picture, 720; 0 where it is not known. */
  height: number
  /** Picture and voice together, MB an hour; 0 where it is not known. */
  megabytesAnHour: number
}

/** What an engine tells the player. */
export interface Reports {
  /** From this moment this voice is what is heard, or what would be heard if it were not paused. */
  sounds(track: string): void
  /** It does not play; undefined when it does again. */
  trouble(what: Trouble | undefined): void
  /**
   * The sizes of the picture, smallest first; the place of the one asked for, -1 for "by the line"; the place of the
   * one that is seen, -1 for none yet.
   */
  sizes(all: Size[], chosen: number, seen: number): void
}

/** What an engine is made with. */
export interface Source {
  video: HTMLVideoElement
  master: string
  /** Track id of the voice to begin with; empty for whichever the playlist names. */
  voice: string
  /** Way of playing to begin with: "slides", "p360", "full"; empty leaves it to the line. */
  picture: string
  /** The reader pays for each byte. */
  saveData: boolean
  reports: Reports
}

export interface Engine {
  /** Begins to fetch at this second. Until then nothing but playlists is fetched. */
  start(at: number): void
  /** Goes to this second, whether or not anything has been fetched yet. */
  seek(to: number): void
  /** Changes the voice; `reports.sounds` follows when it is heard. A later choice wins. */
  choose(track: string): void
  /** Chooses a size by its place in the list; -1 leaves it to the line. */
  chooseSize(size: number): void
  /** Tries again after trouble, from this second on. */
  again(at: number): void
}

/** Finds the track in the address of a voice's playlist: ".../t4.voice.0123456789abcdef.m3u8" → "t4". */
export function trackOf(address: string): string {
  return /\/(t\d+)\.(?:voice|small)\.[0-9a-f]+\.m3u8/.exec(address)?.[1] ?? ''
}
