/** Scrolls the option that the keyboard is at into view. */
export function intoSight(option: HTMLElement | null): void {
  option?.scrollIntoView({ block: 'nearest' })
}
