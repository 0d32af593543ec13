// Attaching files to a text that is being written. The buttons are loaded when the server offers files, everything else with the first file.

import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { filesOf, type QueuedFile } from '../client/draft-files.ts'
import type { FileAccess } from '../client/file-access.ts'
import type { FileTarget } from '../client/files.ts'
import type { AttachProps } from './attach-props.ts'
import type { ButtonsProps } from './choose-button.tsx'

interface Buttons {
  readonly AttachButtons: ComponentType<ButtonsProps>
}

interface Attached {
  /** The chosen files with their progress, and what was not added. */
  readonly Chips: ComponentType<AttachProps>
  /** Adds files to the draft. Says why, if that is not possible. */
  take(access: FileAccess, target: FileTarget, files: readonly File[]): void
  /** Whether one of the files cannot be uploaded, so that the text cannot be sent with it. */
  isStuck(files: readonly QueuedFile[]): boolean
}

const buttons = signal<Buttons | null>(null)
const attached = signal<Attached | null>(null)

let load: (() => Promise<Buttons>) | null = null

/** Sets how the buttons are loaded. Call before the first text field is shown. */
export function fetchButtons(by: () => Promise<Buttons>): void {
  load = by
}

async function loadButtons(): Promise<void> {
  buttons.value ??= await load?.() ?? null
}

async function loadAttached(): Promise<Attached> {
  return attached.value ??= await import('./attach.tsx')
}

/** The files of a pasted or dropped content. Text that was copied with formatting may have a picture of itself, which is not meant. */
function filesIn(transfer: DataTransfer | null): readonly File[] {
  const types = transfer?.types ?? []
  return types.includes('text/plain') && types.includes('text/html') ? [] : [...(transfer?.files ?? [])]
}

export function useAttach({ access, target }: AttachProps) {
  const isOffered = access.isOffered.value
  // If a load fails, the next file that is dropped or pasted loads again.
  useEffect(() => { if (isOffered) void loadButtons().catch(() => {}) }, [isOffered])
  useEffect(() => { if (access.isKept(target.draft)) void loadAttached().catch(() => {}) }, [access, target.draft])
  const files = filesOf(target.draft)
  const onFiles = (found: readonly File[]) => { if (found.length > 0) void loadAttached().then(({ take }) => take(access, target, found)).catch(() => {}) }
  return {
    Buttons: isOffered ? buttons.value?.AttachButtons ?? null : null,
    Chips: attached.value?.Chips ?? null,
    files,
    isStuck: attached.value?.isStuck(files) ?? false,
    onFiles,
    /** Handles a paste or drop. */
    onTransfer(event: Event, transfer: DataTransfer | null) {
      const found = filesIn(transfer)
      if (found.length === 0) return
      event.preventDefault()
      onFiles(found)
    },
  }
}
