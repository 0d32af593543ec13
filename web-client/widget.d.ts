// What /widget.js adds to a page: the global `Helpline`. Copy this file into your project for the types.

export interface HelplineOptions {
  /** Returns a token of the person who is signed in; null if no one is. Called again before a token expires. */
  getToken: () => Promise<string | null> | string | null
  /** `en`, `ar`, `de` or `fr`. Default: the page's `lang` for the launcher, the browser's languages for the rest. */
  language?: string
  theme?: 'auto' | 'light' | 'dark'
  /** The corner of the page in which the launcher is shown. */
  position?: 'left' | 'right'
  /** `#rrggbb`. The colour of the text on it is derived from it. */
  color?: string
  /** A `data:` URL of a picture. */
  logo?: string
  teamName?: string
  /** Replaces "Hello". */
  greeting?: string
  /** False: makes no requests before the widget is opened, so the launcher shows no number until then. */
  unread?: boolean
}

export interface HelplineEvents {
  /** The frame is ready: at the first opening, and again after `identify` has brought another person's frame. */
  ready: undefined
  open: undefined
  close: undefined
  /** The number of tickets with something unread, once known; 0 after `identify` if it does not become known. */
  unread: number
  /** The team has answered. */
  message: { readonly ticket: string }
  /** The person has opened a ticket. */
  ticket: { readonly ticket: string }
}

export interface HelplineWidget {
  /** Shows the launcher. A later call is the same as `update`. */
  init(options: HelplineOptions): void
  /** Changes the given options at once. */
  update(options: Partial<HelplineOptions>): void
  /** Opens the widget: where it was, at a ticket by its number (`TKT-000042`), or with a text to send. */
  open(what?: string | { readonly text: string }): void
  close(): void
  /** Another person may be signed in, or no one: requests a token again. If the person is the same, nothing changes. */
  identify(options?: Partial<HelplineOptions>): Promise<void>
  /** Removes everything, including listeners, and forgets the person. `init` may be called again. */
  shutdown(): void
  /** Returns a function that removes the listener. */
  on<E extends keyof HelplineEvents>(event: E, listener: (value: HelplineEvents[E]) => void): () => void
  /** The same as `on('unread', listener)`. */
  onUnread(listener: (tickets: number) => void): () => void
}

declare global {
  interface Window {
    Helpline: HelplineWidget
  }
}
