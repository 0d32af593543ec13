/** Keeps the browser from opening a file that is dropped where no part of the page takes files, because the page would be gone. */
export function guardDrops(place: HTMLElement, signal?: AbortSignal): void {
  const stay = (event: DragEvent) => {
    if (event.defaultPrevented || event.dataTransfer?.types.includes('Files') !== true) return
    event.preventDefault()
    if (event.type !== 'drop') return
    // The files must be read now: after the event they are gone.
    const files = [...event.dataTransfer.files]
    void import('./away.ts').then(({ say }) => say(files), () => {})
  }
  for (const type of ['dragover', 'drop'] as const) place.addEventListener(type, stay, signal && { signal })
}
