// The files of a text that is being written: the chosen files with their progress, and what could not be added. Loaded with the first file.

import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { filesOf, type QueuedFile } from '../client/draft-files.ts'
import type { FileAccess } from '../client/file-access.ts'
import type { FileTarget, Files, TurnedAwayFor, UploadState } from '../client/files.ts'
import { inRow } from '../locales/formats.ts'
import { fileSize } from '../locales/file-size.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'
import type { AttachProps } from './attach-props.ts'
import { FileIcon, isFailed, isPicture, NameAndSize, Progress, uploadWords, useAddress, useFiles } from './file-state.tsx'
import { Icon } from './icon.tsx'
import css from './styles/attach.css?inline'
import { useSheet } from './use-sheet.ts'

type Why = TurnedAwayFor | 'off' | 'unreachable'

interface Notice {
  readonly draft: string
  readonly why: Why
  readonly names: readonly string[]
}

const notices = signal<readonly Notice[]>([])
const loaded = signal<Files | null>(null)

export function take(access: FileAccess, target: FileTarget, files: readonly File[]): void {
  void add(access, target, files)
}

async function add(access: FileAccess, target: FileTarget, files: readonly File[]): Promise<void> {
  const says = (why: Why, names: readonly string[]) => { notices.value = [...notices.peek().filter((one) => one.draft !== target.draft || one.why !== why), { draft: target.draft, why, names }] }
  const names = files.map(({ name }) => name)
  await access.whenKnown()
  if (!access.isOffered.peek()) return says('off', names)
  notices.value = notices.peek().filter(({ draft }) => draft !== target.draft)
  try {
    const store = await access.load()
    // A folder is dropped as a file that cannot be read.
    const chosen = await Promise.all(files.map(async (file) => ({ name: file.name === '' ? 'file' : file.name, size: file.size, type: file.type, bytes: file, isFolder: !(await isReadable(file)) })))
    const away = store.add(target, chosen, access.limits.peek())
    for (const why of new Set(away.map((one) => one.why))) says(why, away.filter((one) => one.why === why).map(({ name }) => name))
  } catch {
    says('unreachable', names)
  }
}

async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer()
    return true
  } catch {
    return false
  }
}

export function isStuck(files: readonly QueuedFile[]): boolean {
  const states = loaded.value?.states.value
  return files.some(({ key }) => isFailed(states?.get(key) ?? null))
}

export function Chips({ access, target }: AttachProps) {
  const box = useRef<HTMLDivElement>(null)
  useSheet(box, css)
  const files = useFiles(access)
  useEffect(() => { loaded.value = files }, [files])
  const list = filesOf(target.draft)
  useEffect(() => files?.resume(target.draft), [files, target.draft, list.length])
  return (
    <div class="attach" ref={box} data-testid={T.attach} data-stuck={isStuck(list)}>
      {notices.value.filter(({ draft }) => draft === target.draft).map((notice) => <TurnedAway key={notice.why} notice={notice} access={access} />)}
      {list.length > 0 && (
        <ul class="chips-row" aria-label={t('files.chosen')}>
          {list.map((file) => <Chip key={file.key} file={file} files={files} draft={target.draft} />)}
        </ul>
      )}
      {list.length > 0 && files?.isUnkept() === true && <p class="file-words" data-testid={T.attachUnkept}>{t('files.unkept')}</p>}
      {isStuck(list) && <p class="problem-text" role="status">{t('files.stuck')}</p>}
      <Told files={files} list={list} />
    </div>
  )
}

function TurnedAway({ notice, access }: { readonly notice: Notice; readonly access: FileAccess }) {
  const limits = access.limits.value
  const names = inRow(notice.names)
  const words = notice.why === 'unreachable' ? t('problem.unreachable') : notice.why === 'large' ? t('files.away.large', { size: fileSize(limits.bytes), names }) : notice.why === 'many' ? t('files.away.many', { n: limits.count, names }) : t(`files.away.${notice.why}`, { names })
  const dismiss = () => { notices.value = notices.peek().filter((one) => one !== notice) }
  return <p class="stale" role="alert" data-testid={T.composerFiles} data-why={notice.why}><span dir="auto">{words}</span><button type="button" class="quiet" onClick={dismiss}>{t('app.dismiss')}</button></p>
}

function Chip({ file, files, draft }: { readonly file: QueuedFile; readonly files: Files | null; readonly draft: string }) {
  const state = files?.states.value.get(file.key) ?? null
  const failed = isFailed(state)
  const remove = (from: HTMLElement) => {
    const row = from.closest('li')
    const next = row?.nextElementSibling ?? row?.previousElementSibling
    const form = from.closest('form')
    files?.remove(draft, file.key)
    // The button that had the focus is gone.
    const to = next?.querySelector<HTMLElement>('.file-remove') ?? form?.querySelector<HTMLElement>('.attach-button') ?? form?.querySelector<HTMLElement>('textarea')
    to?.focus()
  }
  return (
    <li class={`chip-file ${failed ? 'failed' : ''}`} data-testid={T.attachFile} data-state={state?.kind ?? 'waiting'} data-name={file.name}>
      <Thumbnail file={file} files={files} />
      <span class="file-text">
        <NameAndSize name={file.name} size={file.size_bytes} />
        <span class={failed ? 'problem-text' : 'file-words'} data-testid={T.attachWords}>{uploadWords(state, file.size_bytes)}</span>
        <Progress state={state} size={file.size_bytes} />
      </span>
      {state?.kind === 'refused' && <button type="button" class="quiet icon-button" aria-label={t('files.retry', { name: file.name })} title={t('app.retry')} data-testid={T.attachRetry} onClick={() => files?.retry(file.key)}><Icon name="again" size={16} /></button>}
      <button type="button" class="quiet icon-button file-remove" aria-label={t('files.remove', { name: file.name })} data-testid={T.attachRemove} onClick={(event) => remove(event.currentTarget)}><Icon name="close" size={16} /></button>
    </li>
  )
}

function Thumbnail({ file, files }: { readonly file: QueuedFile; readonly files: Files | null }) {
  const { address } = useAddress(files !== null && isPicture(file.content_type) ? () => files.bytes(file.key) : null, file.key)
  return <span class="file-thumb">{address === null ? <FileIcon type={file.content_type} /> : <img src={address} alt="" />}</span>
}

/** Says to screen readers what became of each upload, once. */
function Told({ files, list }: { readonly files: Files | null; readonly list: readonly QueuedFile[] }) {
  const before = useRef(new Map<string, UploadState['kind']>())
  const said = useRef('')
  const states = files?.states.value
  const news = list.flatMap((file) => {
    const state = states?.get(file.key) ?? null
    const was = before.current.get(file.key)
    if (state === null || state.kind === was) return []
    before.current.set(file.key, state.kind)
    const { name } = file
    if (was === undefined) return [t('files.told.added', { name })]
    if (state.kind === 'stored') return [t('files.told.stored', { name })]
    return isFailed(state) || state.kind === 'pausing' ? [t('files.told.failed', { name, why: uploadWords(state, file.size_bytes) })] : []
  })
  if (news.length > 0) said.current = news.join(' ')
  return <p class="hidden" role="status" data-testid={T.attachTold}>{said.current}</p>
}
