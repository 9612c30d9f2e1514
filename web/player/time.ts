// Times as the page writes them.

/** 1807 → "0:30:07": hours, minutes, seconds; what all six languages write alike. */
export function clock(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  const two = (n: number) => String(n).padStart(2, '0')
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
}

/**
 * 1807 → "30 minutes 7 seconds" in the language of the interface, for those who hear it read. Digits are 0–9 in every
 * language, as on the keys. Browsers without Intl's units get the clock.
 */
export function inWords(seconds: number, lang: string): string {
  const s = Math.max(0, Math.floor(seconds))
  const parts: [number, string][] = [
    [Math.floor(s / 3600), 'hour'],
    [Math.floor(s / 60) % 60, 'minute'],
    [s % 60, 'second'],
  ]
  const told = parts.filter(([n, unit]) => n > 0 || (unit === 'second' && s === 0))
  try {
    const words = told.map(([n, unit]) =>
      new Intl.NumberFormat(`${lang}-u-nu-latn`, { style: 'unit', unit, unitDisplay: 'long' } as Intl.NumberFormatOptions).format(n))
    return joined(words, lang)
  } catch {
    return clock(seconds)
  }
}

interface ListFormat { format(list: string[]): string }
type ListFormats = { ListFormat?: new (lang: string, options: { style: string, type: string }) => ListFormat }

function joined(words: string[], lang: string): string {
  const { ListFormat } = Intl as ListFormats
  return ListFormat ? new ListFormat(lang, { style: 'narrow', type: 'unit' }).format(words) : words.join(' ')
}

/** 16.4 → "16", 0.64 → "0.6": megabytes worth saying. */
export function megabytes(n: number, lang: string): string {
  return new Intl.NumberFormat(`${lang}-u-nu-latn`, { maximumFractionDigits: n < 10 ? 1 : 0 }).format(n)
}
