// The global `Helpline` that /widget.js adds to a page. Copy this file into your project for types.

export interface HelplineOptions {
  /** Resolves to a token of the signed-in person, or null if no one is signed in. Called again before a token expires. */
  getToken: () => Promise<string | null> | string | null
  /** `en`, `ar`, `de` or `fr`. Default: the page's `lang` for the launcher, the browser's languages for the rest. */
  language?: string
  theme?: 'auto' | 'light' | 'dark'
  /** The bottom corner of the page that holds the launcher. */
  position?: 'left' | 'right'
  /** `#rrggbb`. The colour of text on it is chosen automatically. */
  color?: string
  /** A `data:` address of an image. */
  logo?: string
  teamName?: string
  /** Replaces "Hello". */
  greeting?: string
  /** False: no request before the widget is opened, so the launcher shows no unread number until then. */
  unread?: boolean
}

export interface HelplineEvents {
  /** The iframe has loaded: after the first opening, and again after `identify` has brought another person. */
  ready: undefined
  open: undefined
  close: undefined
  /** The number of tickets with something unread, once it is known. After `identify`, 0 if it does not become known. */
  unread: number
  /** The team has answered in the ticket of this number. */
  message: { readonly ticket: string }
  /** The person has created the ticket of this number. */
  ticket: { readonly ticket: string }
}

export interface HelplineWidget {
  /** Shows the launcher. Further calls act as `update`. */
  init(options: HelplineOptions): void
  /** Changes the given options at once. */
  update(options: Partial<HelplineOptions>): void
  /** Opens the widget: where it was, at a ticket by its number (`TKT-000042`), or with a text to send. */
  open(what?: string | { readonly text: string }): void
  close(): void
  /** Call when another person, or no one, may be signed in: asks for a new token. For the same person nothing changes. */
  identify(options?: Partial<HelplineOptions>): Promise<void>
  /** Removes the widget and its listeners, and forgets the person. `init` may be called again. */
  shutdown(): void
  /** Adds a listener. Returns a function that removes it. */
  on<E extends keyof HelplineEvents>(event: E, listener: (value: HelplineEvents[E]) => void): () => void
  /** The same as `on('unread', listener)`. */
  onUnread(listener: (tickets: number) => void): () => void
}

declare global {
  interface Window {
    Helpline: HelplineWidget
  }
}
