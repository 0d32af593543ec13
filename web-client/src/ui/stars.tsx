import { Icon } from './icon.tsx'

const ALL = [1, 2, 3, 4, 5] as const

/** Shows a rating as stars. Without `label`, the text next to the stars must say the rating. */
export function Stars({ n, label }: { readonly n: number; readonly label?: string }) {
  const named = label === undefined ? { 'aria-hidden': true } : { role: 'img' as const, 'aria-label': label }
  return <span class="stars" {...named}>{ALL.map((one) => <span key={one} class={one <= n ? 'star on' : 'star'}><Icon name="star" size={16} /></span>)}</span>
}
