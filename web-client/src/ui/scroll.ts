/** For the option that the keys are at: it is of no use out of sight. */
export function intoSight(option: HTMLElement | null): void {
  option?.scrollIntoView({ block: 'nearest' })
}
