// What the parts that show files have in common: the code for files, the icon of a file, and the words for the state of an upload.

import { useEffect, useState } from 'preact/hooks'
import type { FileAccess } from '../client/file-access.ts'
import type { Files, UploadState } from '../client/files.ts'
import type { Problem } from '../protocol/model.ts'
import { t, tProblem } from '../locales/index.ts'
import '../locales/files.ts'
import '../locales/reasons.ts'
import { fileSize } from '../locales/file-size.ts'
import { addIcons, Icon, type IconName } from './icon.tsx'
import { FILE_ICONS } from './file-icons.ts'

addIcons(FILE_ICONS)

/** The loaded code for files. Null while it is loading. */
export function useFiles(access: FileAccess): Files | null {
  const [files, setFiles] = useState<Files | null>(null)
  useEffect(() => {
    let isCurrent = true
    setFiles(null)
    void access.load().then((loaded) => { if (isCurrent) setFiles(loaded) }, () => {})
    return () => { isCurrent = false }
  }, [access])
  return files
}

/** Returns a `blob:` address of the bytes, or null. The address is revoked when the component no longer needs it. */
export function useAddress(load: (() => Promise<Blob | null>) | null, key: string): { readonly address: string | null; readonly isMissing: boolean } {
  const [shown, setShown] = useState<{ readonly key: string; readonly address: string | null } | null>(null)
  const isWanted = load !== null
  useEffect(() => {
    if (load === null) return undefined
    let made: string | null = null
    let isCurrent = true
    void load().then((bytes) => {
      if (!isCurrent) return
      made = bytes === null ? null : URL.createObjectURL(bytes)
      setShown({ key, address: made })
    }, () => { if (isCurrent) setShown({ key, address: null }) })
    return () => {
      isCurrent = false
      if (made !== null) URL.revokeObjectURL(made)
      setShown(null)
    }
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `load` loads the file that `key` names
  }, [isWanted, key])
  return { address: shown?.key === key ? shown.address : null, isMissing: shown?.key === key && shown.address === null }
}

/** Images that browsers show and that contain no scripts. */
const PICTURES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

export function isPicture(type: string): boolean {
  return PICTURES.includes(type)
}

/** The icon for a media type. The type is a hint: the content may be different. */
export function FileIcon({ type, size = 20 }: { readonly type: string; readonly size?: number }) {
  const name: IconName = type.startsWith('image/') ? 'picture' : type.startsWith('video/') ? 'film' : type.startsWith('audio/') ? 'sound' : /zip|compressed|tar|7z|rar/.test(type) ? 'archive' : 'file'
  return <Icon name={name} size={size} />
}

/** Says why the server did not accept a file. */
export function whyRefused(problem: Problem): string {
  switch (problem.code) {
    case 'too_large': return t('files.why.large')
    case 'attachment_checking': return t('files.why.checking')
    case 'attachment_gone': return t('files.why.gone')
    case 'attachment_infected': return t('files.infected')
    case 'attachment_not_scannable': return t('files.not_scannable')
    default: return tProblem(problem)
  }
}

/** Says why a message's file cannot be downloaded. Its ticket is open, so what is not found is the file. */
export function whyNotDownloaded(problem: Problem): string {
  return problem.code === 'not_found' ? t('files.why.gone') : whyRefused(problem)
}

/** The state of an upload in words. `size`: the file's size in bytes. */
export function uploadWords(state: UploadState | null, size: number): string {
  switch (state?.kind) {
    case undefined:
    case 'waiting': return t('files.waiting')
    case 'sending': return state.sent >= size ? t('files.storing') : t('files.sending', { n: Math.floor((100 * state.sent) / size) })
    case 'pausing': return t('files.pausing')
    case 'stored': return t('files.stored')
    case 'lost': return t('files.lost')
    case 'refused': return t('files.refused', { why: whyRefused(state.problem) })
  }
}

export function isFailed(state: UploadState | null): boolean {
  return state?.kind === 'refused' || state?.kind === 'lost'
}

/** The bar of a running upload. The words next to it say the same, so screen readers skip it. */
export function Progress({ state, size }: { readonly state: UploadState | null; readonly size: number }) {
  if (state === null || (state.kind !== 'sending' && state.kind !== 'pausing' && state.kind !== 'waiting')) return null
  return <progress class="file-progress" max={size} value={state.kind === 'sending' ? state.sent : 0} aria-hidden="true" />
}

/** A file's name and size. The name keeps its own text direction. A long name is cut before its extension. */
export function NameAndSize({ name, size }: { readonly name: string; readonly size: number }) {
  const at = name.lastIndexOf('.')
  const end = at > 0 && name.length - at <= ENDING_MAX ? at : name.length
  return (
    <span class="file-title">
      <bdi class="file-name" title={name}><span class="file-stem">{name.slice(0, end)}</span><span>{name.slice(end)}</span></bdi>
      <span class="file-size">{fileSize(size)}</span>
    </span>
  )
}

const ENDING_MAX = 10
