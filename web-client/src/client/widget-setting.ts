// The widget's appearance and the list of sites that may embed it, as an admin edits them. Pure functions.

import { LIMITS, type DeskSettings, type WidgetPosition, type WidgetSettings } from '../protocol/generated.ts'
import { bool, list, object, string } from '../protocol/shape.ts'
import { brandTokens } from './brand.ts'
import { isWritten, writtenLine } from './written.ts'

export interface WidgetDraft {
  /** The colour as typed. If empty, the widget uses its default colour. */
  readonly color: string
  readonly teamName: string
  readonly greeting: string
  readonly position: WidgetPosition
  /** The logo as a `data:` URL; empty if there is no logo. */
  readonly logo: string
  readonly asksCategory: boolean
  /** The sites as typed, including empty lines. */
  readonly sites: readonly string[]
}

/** What is invalid in the draft. Faults are keyed by field: `color`, `teamName`, `greeting`, or `site.0` for the first site. */
export type WidgetFault = 'color' | 'long' | 'origin' | 'twice' | 'many'
export type WidgetFaults = ReadonlyMap<string, WidgetFault>

export const OWN_COLOR = '#2f5bd0'

export function widgetDraftOf({ widget }: Pick<DeskSettings, 'widget'>): WidgetDraft {
  return {
    color: widget?.color ?? '',
    teamName: widget?.team_name ?? '',
    greeting: widget?.greeting ?? '',
    position: widget?.position ?? 'right',
    logo: widget?.logo ?? '',
    asksCategory: widget?.asks_category ?? false,
    sites: widget?.sites ?? [],
  }
}

const keptDraft = object({ color: string, teamName: string, greeting: string, position: string, logo: string, asksCategory: bool, sites: list(string) })

/** Parses a draft of the widget's settings that was stored on this device. Returns null if it is invalid. */
export function parseWidgetDraft(value: unknown): WidgetDraft | null {
  const draft = keptDraft(value)
  return draft === undefined ? null : { ...draft, position: draft.position === 'left' ? 'left' : 'right' }
}

/** Converts a draft of the widget's settings to the value of the setting. The draft must have no faults. */
export function widgetOf(draft: WidgetDraft): WidgetSettings {
  const text = (written: string) => (isWritten(written) ? writtenLine(written) : null)
  return {
    color: draft.color.trim() === '' ? null : (colorOf(draft.color) ?? draft.color),
    team_name: text(draft.teamName),
    greeting: text(draft.greeting),
    position: draft.position,
    logo: draft.logo === '' ? null : draft.logo,
    asks_category: draft.asksCategory,
    sites: draft.sites.filter((site) => site.trim() !== '').map((site) => originOf(site) ?? site),
  }
}

export function widgetFaultsOf(draft: WidgetDraft): WidgetFaults {
  const faults = new Map<string, WidgetFault>()
  if (draft.color.trim() !== '' && colorOf(draft.color) === null) faults.set('color', 'color')
  if ([...writtenLine(draft.teamName)].length > LIMITS.widget_team_name_chars_max) faults.set('teamName', 'long')
  if ([...writtenLine(draft.greeting)].length > LIMITS.widget_greeting_chars_max) faults.set('greeting', 'long')
  const seen = new Set<string>()
  for (const [index, site] of draft.sites.entries()) {
    if (site.trim() === '') continue
    const origin = originOf(site)
    if (origin === null) faults.set(`site.${index}`, 'origin')
    else if (seen.has(origin)) faults.set(`site.${index}`, 'twice')
    else if (seen.size >= LIMITS.widget_sites_max) faults.set(`site.${index}`, 'many')
    else seen.add(origin)
  }
  return faults
}

/** Converts a colour such as `#abc` or `AABBCC` to lower-case `#rrggbb`. Returns null if the text is not a colour. */
export function colorOf(written: string): string | null {
  const digits = /^#?([\da-f]{3}|[\da-f]{6})$/i.exec(written.trim())?.[1]?.toLowerCase()
  if (digits === undefined) return null
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits}`
}

const LABEL = /^(?!-)[a-z\d_-]{1,63}(?<!-)$/
const HOST_CHARS_MAX = 253

/**
 * Returns the origin of a URL or host name, in the form that browsers send. Null if the text has no valid origin. The server applies the
 * same rule.
 */
export function originOf(written: string): string | null {
  const text = written.trim()
  const url = parsed(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text}`)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '' || url.port === '0') return null
  const isHost = url.hostname.startsWith('[') || (url.hostname.length <= HOST_CHARS_MAX && url.hostname.split('.').every((label) => LABEL.test(label)))
  return isHost ? url.origin : null
}

function parsed(address: string): URL | null {
  try {
    return new URL(address)
  } catch {
    return null
  }
}

export interface ColorNote {
  /** The text colour that is readable on a background in the chosen colour. */
  readonly ink: 'white' | 'black'
  /**
   * Whether text in the chosen colour is made darker in the light theme, to stay readable. `isLightened`: made lighter in the dark theme.
   */
  readonly isDarkened: boolean
  readonly isLightened: boolean
}

export function colorNote(color: string): ColorNote | null {
  const tokens = brandTokens(color)
  const shades = /light-dark\((#\w+), (#\w+)\)/.exec(tokens?.['--accent'] ?? '')
  if (tokens === null || shades === null) return null
  return { ink: tokens['--brand-ink'] === '#ffffff' ? 'white' : 'black', isDarkened: shades[1] !== color, isLightened: shades[2] !== color }
}

/**
 * Returns the HTML that a site adds to its pages to show the widget. `comment` and `token` become comments in that HTML; `token` explains
 * `getToken`.
 */
export function snippetFor(origin: string, { comment, token }: { readonly comment: string; readonly token: string }): string {
  return `<!-- ${comment} -->
<script src="${origin}/widget.js"></script>
<script>
  Helpline.init({
    // ${token}
    getToken: async () => {
      const answer = await fetch('/helpline-token')
      return answer.ok ? (await answer.json()).token : null
    },
  })
</script>
`
}

/** Returns the directives that a site must add to its Content-Security-Policy. */
export function policyFor(origin: string): string {
  return `script-src ${origin}; frame-src ${origin}; connect-src ${origin}`
}
