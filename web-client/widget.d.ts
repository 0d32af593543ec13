// What /widget.js puts on a page: the global `Helpline`. Copy this file into your project for types.

export interface HelplineOptions {
  /** Gives a token of the person who is signed in; null: no one is. Asked again before a token ends. */
  getToken: () => Promise<string | null> | string | null
  /** `en`, `ar`, `de` or `fr`. Without it: the page's `lang` for the launcher, the browser's languages for the rest. */
  language?: string
  theme?: 'auto' | 'light' | 'dark'
  /** The corner of the page. */
  position?: 'left' | 'right'
  /** `#rrggbb`. The colour of the text on it follows from it. */
  color?: string
  /** A `data:` address of a picture. */
  logo?: string
  teamName?: string
  /** In place of "Hello". */
  greeting?: string
  /** False: asks for nothing before it is opened, so the launcher shows no number until then. */
  unread?: boolean
}

export interface HelplineEvents {
  /** The frame is there: at the first opening, and again when `identify` has brought another person's. */
  ready: undefined
  open: undefined
  close: undefined
  /** How many tickets have something unread, once that is known; after `identify` 0 if it does not become known. */
  unread: number
  /** The team has answered. */
  message: { readonly ticket: string }
  /** The person has opened a ticket. */
  ticket: { readonly ticket: string }
}

export interface HelplineWidget {
  /** Shows the launcher. Called again, it is `update`. */
  init(options: HelplineOptions): void
  /** Changes the options that are given, at once. */
  update(options: Partial<HelplineOptions>): void
  /** Opens the widget: where it was, at a ticket by its number (`TKT-000042`), or with a text to send. */
  open(what?: string | { readonly text: string }): void
  close(): void
  /** Another person may be signed in, or no one: asks for a token again. The same person goes on as if it was not called. */
  identify(options?: Partial<HelplineOptions>): Promise<void>
  /** Takes everything away, listeners too, and forgets the person. `init` may be called again. */
  shutdown(): void
  /** Gives a function that ends it. */
  on<E extends keyof HelplineEvents>(event: E, listener: (value: HelplineEvents[E]) => void): () => void
  /** The same as `on('unread', listener)`. */
  onUnread(listener: (tickets: number) => void): () => void
}

declare global {
  interface Window {
    Helpline: HelplineWidget
  }
}
