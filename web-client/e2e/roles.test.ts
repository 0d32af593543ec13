// Browser tests of the team screen: an admin finds a person by email address, and gives, changes and removes a role. Each change takes
// effect at once.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { M } from '../src/apps/console/screens/team/testids.ts'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, openScreen, people, rest, TEAM, visit, withBrowser, type People } from './help.ts'

const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })
// The tests share one desk. Restore the roles at the end.
afterAll(async () => {
  await rest(who.admin, 'PUT', `/people/${who.other.id}/blocked`, { blocked: false })
  await rest(who.admin, 'PUT', `/people/${who.colleague.id}/blocked`, { blocked: false })
  await rest(who.admin, 'DELETE', `/roles/${who.other.id}`)
  await rest(who.admin, 'PUT', `/roles/${who.colleague.id}`, { role: 'support_agent' })
})

test('an admin finds a person by address, makes them an agent, and removes the role again', async () => {
  // The person who gets a role has signed in once, so the desk knows their email address. The admin types the address in upper case.
  await rest(who.other, 'GET', '/me')
  const seen = await visit(await context(), TEAM, '/admin/support', who.admin)
  const { page } = seen
  await openScreen(page, 'settings/team')
  await page.locator(id(T.roleRow, `[data-user="${who.admin.id}"]`)).waitFor()
  expect(new URL(page.url()).pathname).toBe('/admin/support/settings/team')
  expect(await page.locator(`${id(T.roleRow, `[data-user="${who.admin.id}"]`)} ${id(T.roleSelect)}`).count(), 'one does not take the own role').toBe(0)

  await page.locator(id(T.roleEmail)).fill('no.such.person@example.org')
  await page.locator(id(T.roleFind)).click()
  await page.locator(id(T.roleTold, '[data-count="0"]')).waitFor()

  // The person's own open page must follow the new role without a reload.
  const theirs = await visit(await context(), CUSTOMERS, '/support', who.other)
  await page.locator(id(T.roleEmail)).fill((who.other.email ?? '').toUpperCase())
  await page.keyboard.press('Enter')
  const found = page.locator(id(T.roleFound, `[data-user="${who.other.id}"]`))
  await found.locator(id(T.roleMakeAgent)).click()
  const row = page.locator(id(T.roleRow, `[data-user="${who.other.id}"][data-role="support_agent"]`))
  await row.waitFor()
  await page.locator(id(T.toast)).waitFor()
  expect(await rest(who.other, 'GET', '/me')).toMatchObject({ role: 'support_agent' })
  expect(await found.locator(id(T.roleMakeAgent)).count(), 'already in the team').toBe(0)
  // A new agent can be assigned tickets at once: the agent filter lists them without a reload.
  await page.locator(id(T.settingsBack)).click()
  await page.locator(id(T.filtersToggle)).click()
  await eventually('one of the agents', async () => await page.locator(`option[value="${who.other.id}"]`).count() > 0)
  await page.goBack()

  await row.locator(id(T.roleSelect)).selectOption('admin')
  expect(await rest(who.other, 'GET', '/me'), 'chosen is not given').toMatchObject({ role: 'support_agent' })
  await row.locator(id(T.roleChange)).click()
  const promoted = page.locator(id(T.roleRow, `[data-user="${who.other.id}"][data-role="admin"]`))
  await promoted.waitFor()
  await promoted.locator(id(T.roleRemove)).click()
  await promoted.locator(id(T.roleRemoveSure)).focus()
  await page.keyboard.press('Escape')
  // Escape cancels the confirmation: the role and the page stay. The focus returns to the remove button once the button is rendered.
  await promoted.locator(id(T.roleRemove, ':focus')).waitFor()
  await page.keyboard.press('Enter')
  await promoted.locator(id(T.roleRemoveSure)).click()
  await eventually('gone from the team', async () => await page.locator(id(T.roleRow, `[data-user="${who.other.id}"]`)).count() === 0)
  expect(await rest(who.other, 'GET', '/me')).toMatchObject({ role: null })
  expect([...seen.faults, ...theirs.faults]).toEqual([])
})

test('a refused change shows what another admin did meanwhile', async () => {
  await rest(who.admin, 'PUT', `/roles/${who.other.id}`, { role: 'support_agent' })
  const { page } = await visit(await context(), TEAM, '/admin/support/team', who.admin)
  const row = page.locator(id(T.roleRow, `[data-user="${who.other.id}"]`))
  await row.waitFor()
  await page.route('**/v1/roles/**', (route) => route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: '', status: 409, code: 'conflict' }) }))
  await rest(who.admin, 'PUT', `/roles/${who.other.id}`, { role: 'admin' })
  await row.locator(id(T.roleRemove)).click()
  await row.locator(id(T.roleRemoveSure)).click()
  await row.locator(id(T.problem, '[data-code="conflict"]')).waitFor()
  await page.locator(id(T.roleRow, `[data-user="${who.other.id}"][data-role="admin"]`)).waitFor()
  expect(await row.locator(id(T.roleSelect)).inputValue()).toBe('admin')
})

test('an open page follows the role of its person', async () => {
  const { page } = await visit(await context(), TEAM, '/admin/support/team', who.colleague)
  await page.locator(id(T.settingsOnlyAdmins)).waitFor()
  expect(await page.locator(id(T.roleEmail)).count()).toBe(0)
  await rest(who.admin, 'PUT', `/roles/${who.colleague.id}`, { role: 'admin' })
  await page.locator(id(T.roleEmail)).waitFor()
  await rest(who.admin, 'PUT', `/roles/${who.colleague.id}`, { role: 'support_agent' })
  await page.locator(id(T.roleEmail)).waitFor({ state: 'detached' })
})

test('an agent reads that only admins change the team', async () => {
  const { page } = await visit(await context(), TEAM, '/admin/support/team', who.agent)
  await page.locator(id(T.settingsOnlyAdmins)).waitFor()
  expect(await page.locator(id(T.roleEmail)).count()).toBe(0)
  await page.locator(id(T.settingsLink, '[data-screen="settings/appearance"]')).waitFor()
  expect(await page.locator(id(T.settingsLink, '[data-screen="settings/team"]')).count()).toBe(0)
})

test('an admin sees who is online, finds a person by part of their name, and blocks and unblocks them', async () => {
  const theirs = await visit(await context(), CUSTOMERS, '/admin/support', who.colleague)
  await theirs.page.locator(id(T.whoami)).waitFor()
  const { page, faults } = await visit(await context(), TEAM, '/admin/support/settings/team', who.admin)
  const row = page.locator(id(T.roleRow, `[data-user="${who.colleague.id}"]`))
  await row.locator(id(M.online, '[data-online="true"]')).waitFor()
  expect(await page.locator(id(T.roleRow, `[data-user="${who.admin.id}"]`)).locator(id(M.block)).count(), 'no one blocks themselves').toBe(0)
  await page.locator(id(M.filter)).fill((who.colleague.name ?? '').slice(1, 5).toUpperCase())
  await page.locator(id(M.count, '[data-n="1"]')).waitFor()
  await page.locator(id(M.filter)).fill('no such person')
  await page.locator(id(M.none)).waitFor()
  await page.locator(id(M.filter)).fill(who.colleague.email ?? '')
  await row.locator(id(M.block)).click()
  // Escape cancels the confirmation, so the person is not blocked.
  await page.locator(id(M.blockSure)).waitFor()
  await page.keyboard.press('Escape')
  await page.locator(id(M.blockSure)).waitFor({ state: 'detached' })
  await row.locator(id(M.block, ':focus')).waitFor()
  expect(await rest(who.colleague, 'GET', '/me')).toMatchObject({ role: 'support_agent' })
  await page.keyboard.press('Enter')
  await page.locator(id(M.blockSure)).click()
  await row.locator(id(M.blocked)).waitFor()
  await theirs.page.locator(id(T.connection, '[data-state="away"]')).waitFor()
  await theirs.page.reload()
  await theirs.page.locator(id(T.connection, '[data-state="away"]')).waitFor()
  await expect(rest(who.colleague, 'GET', '/me')).rejects.toThrow('"code":"blocked"')
  await row.locator(id(M.unblock)).click()
  await page.locator(id(M.blockSure)).click()
  await row.locator(id(M.block)).waitFor()
  expect(await rest(who.colleague, 'GET', '/me')).toMatchObject({ role: 'support_agent' })
  expect(faults).toEqual([])
})

test('a customer found by address can be blocked too', async () => {
  await rest(who.other, 'GET', '/me')
  const { page } = await visit(await context(), TEAM, '/admin/support/settings/team', who.admin)
  await page.locator(id(T.roleEmail)).fill(who.other.email ?? '')
  await page.keyboard.press('Enter')
  const found = page.locator(id(T.roleFound, `[data-user="${who.other.id}"]`))
  await found.locator(id(M.block)).click()
  await page.locator(id(M.blockSure)).click()
  await found.locator(id(M.blocked)).waitFor()
  await found.locator(id(M.unblock)).click()
  await page.locator(id(M.blockSure)).click()
  await found.locator(id(M.block)).waitFor()
  expect(await rest(who.other, 'GET', '/me')).toMatchObject({ user: { id: who.other.id } })
})

test.each(['https://platform.example/team', null])('where the platform manages roles, they are read-only here, and the platform’s page is linked if it is known: %s', async (page) => {
  const browser = await context()
  await browser.route('**/v1/config', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...await answer.json(), roles_managed_at: page, roles_managed: true } })
  })
  const { page: shown } = await visit(browser, TEAM, '/admin/support/settings/team', who.admin)
  await shown.locator(id(M.managed)).waitFor()
  const links = shown.locator(`${id(M.managed)} a`)
  expect(await links.evaluateAll((all) => all.map((one) => one.getAttribute('href')))).toEqual(page === null ? [] : [page])
  const row = shown.locator(id(T.roleRow, `[data-user="${who.agent.id}"]`))
  await row.locator(id(M.block)).waitFor()
  expect([await row.locator(id(T.roleSelect)).count(), await row.locator(id(T.roleRemove)).count()]).toEqual([0, 0])
  await shown.locator(id(T.roleEmail)).fill(who.other.email ?? '')
  await shown.keyboard.press('Enter')
  await shown.locator(id(T.roleFound)).first().waitFor()
  expect(await shown.locator(id(T.roleMakeAgent)).count()).toBe(0)
})
