// A link within the app. A plain click navigates without loading a document. The browser handles clicks that open a new tab or window.

import type { ComponentChildren } from 'preact'

interface PlaceLinkProps {
  readonly context: { href(place: string): string; go(place: string): void }
  readonly to: string
  readonly isCurrent?: boolean
  readonly className?: string
  readonly testid?: string
  /** The path of the screen to which the link leads. */
  readonly screen?: string
  readonly children: ComponentChildren
}

export function PlaceLink({ context, to, isCurrent = false, className, testid, screen, children }: PlaceLinkProps) {
  return (
    <a
      class={className}
      href={context.href(to)}
      aria-current={isCurrent ? 'page' : undefined}
      data-testid={testid}
      data-screen={screen}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover()
        context.go(to)
      }}
    >{children}</a>
  )
}
