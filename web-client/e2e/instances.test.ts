// Browser tests in which Redis or a gateway instance fails during a conversation. They need the process id of `helpline dev`.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { T } from '../src/testids.ts'
import { CUSTOMERS, eventually, id, message, openTicket, people, say, TEAM, texts, visit, withBrowser, type People } from './help.ts'

const dev = process.env['HELPLINE_E2E_PID'] ?? ''
const context = withBrowser()
let who: People
beforeAll(async () => { who = await people() })

interface Child { readonly pid: number; readonly args: string }

function children(): readonly Child[] {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', dev], { encoding: 'utf8' }).trim().split('\n')
  return lines.map((line) => ({ pid: Number.parseInt(line, 10), args: line.trim().replace(/^\d+\s+/, '') }))
}

/** The inodes of the sockets that listen on a TCP port. */
function listeners(port: string): readonly string[] {
  const hex = Number(port).toString(16).toUpperCase().padStart(4, '0')
  return readFileSync('/proc/net/tcp', 'utf8').split('\n').map((line) => line.trim().split(/\s+/)).flatMap((columns) => (columns[1]?.endsWith(`:${hex}`) === true && columns[3] === '0A' && columns[9] !== undefined ? [columns[9]] : []))
}

/** The process id of the gateway instance that listens at this address. Every gateway instance is a child process of `helpline dev`. */
function instanceAt(base: string): number {
  const inodes = listeners(new URL(base).port)
  const holds = ({ pid }: Child) => readdirSync(`/proc/${pid}/fd`).some((fd) => {
    try {
      return inodes.some((inode) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`)
    } catch {
      return false
    }
  })
  const found = children().find((child) => child.args.includes('serve') && holds(child))
  if (found === undefined) throw new Error(`no instance listens at ${base}`)
  return found.pid
}

const thaw: (() => void)[] = []
afterEach(() => { for (const call of thaw.splice(0)) call() })

async function conversation() {
  const ticket = await openTicket(who.customer)
  const customer = (await visit(await context(), CUSTOMERS, `/support/${ticket.number}`, who.customer)).page
  const agent = (await visit(await context(), TEAM, `/admin/support/${ticket.number}`, who.agent)).page
  await say(customer, 'before')
  await message(agent, 'before').waitFor()
  return { customer, agent }
}

test.skipIf(dev === '')('while Redis is frozen, messages still pass between the instances, once each, in one order', async () => {
  const { customer, agent } = await conversation()
  const redis = children().find((child) => child.args.includes('redis-server'))
  if (redis === undefined) throw new Error('no Redis among the children')
  process.kill(redis.pid, 'SIGSTOP')
  thaw.push(() => process.kill(redis.pid, 'SIGCONT'))
  for (let n = 1; n <= 3; n++) {
    await say(customer, `question ${n}`)
    await message(customer, `question ${n}`, 'stored').or(message(customer, `question ${n}`, 'seen')).waitFor()
    await message(agent, `question ${n}`, 'received').waitFor({ timeout: 20_000 })
    await say(agent, `answer ${n}`)
    await message(customer, `answer ${n}`, 'received').waitFor({ timeout: 20_000 })
  }
  thaw.splice(0).forEach((call) => call())
  await say(agent, 'after')
  await message(customer, 'after').waitFor()
  const whole = ['Something happened.', 'before', ...[1, 2, 3].flatMap((n) => [`question ${n}`, `answer ${n}`]), 'after']
  await expect.poll(() => texts(customer)).toEqual(whole)
  await expect.poll(() => texts(agent)).toEqual(whole)
})

test.skipIf(dev === '')("the customer's instance is killed: their messages wait and arrive once", async () => {
  const { customer, agent } = await conversation()
  process.kill(instanceAt(CUSTOMERS), 'SIGKILL')
  // The agent writes before the customer does. Otherwise the console would ask the agent to read the customer's new message before sending.
  await say(agent, 'are you there?')
  await eventually('the answer is stored', async () => (await message(agent, 'are you there?', 'stored').count()) + (await message(agent, 'are you there?', 'seen').count()) === 1)
  await say(customer, 'during 1')
  await say(customer, 'during 2')
  await message(agent, 'during 2', 'received').waitFor({ timeout: 45_000 })
  await message(customer, 'are you there?', 'received').waitFor({ timeout: 45_000 })
  await eventually('nothing waits', async () => (await customer.locator(id(T.message, '[data-state="waiting"]')).count()) === 0)
  await say(agent, 'good')
  await message(customer, 'good').waitFor()
  await expect.poll(() => texts(customer)).toEqual(await texts(agent))
  expect((await texts(customer)).toSorted()).toEqual(['Something happened.', 'are you there?', 'before', 'during 1', 'during 2', 'good'].toSorted())
})
