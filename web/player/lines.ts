// Lines: a press on the word opens the same moment in the other languages below its line, where the page's own link would
// load the page anew for it.
export function lines(): void {
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element).closest<HTMLAnchorElement>('.kwic a[data-open]')
    const row = link?.closest('tr')
    const beside = row?.nextElementSibling
    if (!link || !row || !(beside instanceof HTMLElement) || !beside.classList.contains('beside')) return
    event.preventDefault()
    beside.hidden = !beside.hidden
    row.classList.toggle('open', !beside.hidden)
    link.setAttribute('aria-expanded', String(!beside.hidden))
  })
}
