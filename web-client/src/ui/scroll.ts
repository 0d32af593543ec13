/** Scrolls an option of a list into view. Used for the option that the arrow keys have reached. */
export function intoSight(option: HTMLElement | null): void {
  option?.scrollIntoView({ block: 'nearest' })
}
