// A modal dialog. The browser keeps the focus inside the dialog, and Escape closes it.

import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../../locales/index.ts'
import { Icon } from '../icon.tsx'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
  readonly kind?: 'palette' | 'gallery'
  readonly testid?: string
  /** Handles the keys that are pressed in the dialog. */
  readonly onKey?: (event: KeyboardEvent) => void
}

export function Dialog({ title, onClose, children, kind, testid, onKey }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  // Close the dialog while it is still in the document. Only then does the browser return the focus to the element that had the focus
  // before the dialog opened.
  useLayoutEffect(() => {
    const element = dialog.current
    if (element !== null && !element.open) element.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      class={`dialog ${kind ?? ''}`}
      aria-label={title}
      data-testid={testid}
      onCancel={(event) => { event.preventDefault(); onClose() }}
      onMouseDown={(event) => { if (event.target === event.currentTarget) onClose() }}
      // Keys pressed in the dialog must not trigger the page's shortcuts.
      onKeyDown={(event) => { event.stopPropagation(); onKey?.(event) }}
    >
      <div class="dialog-body">
        {kind !== 'palette' && (
          <header class="dialog-head">
            <h2 dir="auto">{title}</h2>
            <button type="button" class="quiet icon-button" aria-label={t('app.close')} onClick={onClose}><Icon name="close" /></button>
          </header>
        )}
        {children}
      </div>
    </dialog>
  )
}
