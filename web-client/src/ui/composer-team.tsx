// Parts of the composer that only the team needs: internal notes, saved replies, and the "Send & resolve" button.

import type { Mode } from '../client/drafts.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'
import { arrows } from './arrows.ts'
import type { TeamParts } from './composer.tsx'
import { Icon } from './icon.tsx'

export const TEAM_PARTS: TeamParts = { Modes, Stale, Replies, SendResolve }

function Modes({ mode, onMode }: { readonly mode: Mode; readonly onMode: (mode: Mode) => void }) {
  return (
    <div class="modes" role="toolbar" tabIndex={-1} aria-label={t('composer.message')} onKeyDown={arrows}>
      <button type="button" class="tab" aria-pressed={mode === 'message'} tabIndex={mode === 'message' ? 0 : -1} data-testid={T.composerReply} onClick={() => onMode('message')}>{t('composer.tab.reply')}</button>
      <button type="button" class="tab note-tab" aria-pressed={mode === 'note'} tabIndex={mode === 'note' ? 0 : -1} data-testid={T.composerNote} onClick={() => onMode('note')}>{t('composer.tab.note')}</button>
    </div>
  )
}

/** Warns the agent that other people have written in the ticket since the agent began this reply. */
function Stale({ onRead }: { readonly onRead: () => void }) {
  return (
    <p class="stale" role="alert" data-testid={T.composerStale}>
      <span>{t('composer.stale')}</span>
      <button type="button" class="quiet" onClick={onRead}>{t('composer.read_it')}</button>
    </p>
  )
}

function Replies({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) {
  return <button type="button" class="quiet" title={t('composer.slash')} onClick={() => onText(withSlash(text))}><Icon name="saved" size={16} /><span>{t('composer.replies')}</span><kbd>/</kbd></button>
}

function SendResolve({ isReady, onSend }: { readonly isReady: boolean; readonly onSend: () => void }) {
  return <button type="button" class="send-resolve" disabled={!isReady} title={`${t('composer.send_resolve')} (Ctrl+Shift+Enter)`} data-testid={T.composerResolve} onClick={onSend}>{t('composer.send_resolve')}</button>
}

/** Appends the slash that starts a saved reply. Adds a space before it if needed. */
function withSlash(text: string): string {
  return text === '' || /\s$/.test(text) ? `${text}/` : `${text} /`
}
