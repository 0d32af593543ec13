// The script `/mount.js`: mounts the support page or the console inside a page of the platform that embeds Helpline, each in a shadow root.

import '../../locales/team.ts'
import type { FunctionComponent } from 'preact'
import { createMemoryRouter } from '../../client/memory-router.ts'
import { createRouter } from '../../client/router.ts'
import { decodeLinks } from '../../protocol/decode-rest.ts'
import type { StringKey } from '../../locales/index.ts'
import { prepareMarkdown } from '../../ui/body.tsx'
import { mountApp, type AppProps } from '../../ui/mount-app.tsx'
import { inPixels } from '../../ui/pixels.ts'
import base from '../../ui/styles/base.css?inline'
import team from '../../ui/styles/console.css?inline'
import { ConsolePage } from '../console/page.tsx'
import { SupportPage } from '../support/page.tsx'

export interface MountOptions {
  /**
   * Resolves to a token of the signed-in person, or to null if the visitor is not signed in. If `getToken` is omitted, tokens come from the
   * token URL in the desk's settings.
   */
  readonly getToken?: () => Promise<string | null>
  readonly language?: string
  readonly theme?: 'auto' | 'light' | 'dark'
  /** Links to other pages of the host's site, shown in the app's top bar. */
  readonly links?: readonly { readonly label: string; readonly href: string }[]
  /** The page to which the console redirects people without staff rights. */
  readonly homeUrl?: string
  /**
   * A path of the host's site. In the address bar, the app shows its current location below this path. If `path` is omitted, the app keeps
   * its location only in memory.
   */
  readonly path?: string
}

/** The address of the desk: the origin that served this script. */
const ORIGIN = new URL(import.meta.url).origin

function mount(element: HTMLElement, options: MountOptions, page: string, title: StringKey, app: FunctionComponent<AppProps>): () => void {
  const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(inPixels(`:host { display: block; height: 100%; } .helpline { all: initial; display: block; height: 100%; } ${base} ${team}`))
  root.adoptedStyleSheets = [sheet]
  const container = document.createElement('div')
  container.className = 'helpline'
  root.replaceChildren(container)
  prepareMarkdown()
  const { getToken, language, theme, links, homeUrl, path } = options
  return mountApp({
    container,
    themed: container,
    origin: ORIGIN,
    router: path === undefined ? createMemoryRouter(`${ORIGIN}${page}`) : createRouter(path.replace(/\/$/, '')),
    ownsTab: false,
    preferences: { language, theme },
    ...(getToken === undefined ? {} : { getToken }),
    ...(links === undefined ? {} : { links: decodeLinks(links) }),
    ...(homeUrl === undefined ? {} : { homeUrl }),
  }, { title, app })
}

export const Helpline = {
  /** Mounts the support page. Returns a function that unmounts it. */
  mountSupport: (element: HTMLElement, options: MountOptions = {}) => mount(element, options, '/support', 'app.support', SupportPage),
  mountConsole: (element: HTMLElement, options: MountOptions = {}) => mount(element, options, '/admin/support', 'app.console', ConsolePage),
}

const before: unknown = Reflect.get(window, 'Helpline')
Reflect.set(window, 'Helpline', Object.assign(typeof before === 'object' && before !== null ? before : {}, Helpline))
