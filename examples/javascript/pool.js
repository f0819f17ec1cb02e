#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// A pool of workers, with the npm package msgpack5rpc.
//
// pool.js work NAME [SECONDS]   work on jobs; each takes so long
// pool.js ask COUNT             have COUNT numbers squared; print the replies
'use strict';
const net = require('net');
const { setTimeout: pause } = require('timers/promises');
const Session = require('msgpack5rpc');

const url = process.env.CHAND_URL || 'tcp://127.0.0.1:7411';

function dial() {
  const tcp = /^tcp:\/\/(.*):(\d+)$/.exec(url);
  return tcp ? net.connect(tcp[2], tcp[1].replace(/^\[|\]$/g, ''))
    : net.connect(url.replace('unix://', ''));
}

function fail(why) {
  console.error(String(why));
  process.exit(1);
}

const socket = dial();
const session = new Session();
session.attach(socket, socket);
socket.on('error', fail);
// The package forgets the calls whose connection is lost; we had better not.
socket.on('close', () =>
  fail('lost the daemon: what became of the call is unknown'));

function call(method, ...params) {
  return new Promise((resolve, reject) => {
    session.request(method, params, (error, result) =>
      (error ? reject(error) : resolve(result)));
  });
}

async function work(name, seconds = 0) {
  const options = { ack: true };
  for (;;) {
    // Hands in the job before, if there was one, and waits for the next.
    // Whoever asked is released by the reply, and not before: should we die
    // meanwhile, the job goes to another worker.
    const [job, delivery, attempt] = await call('recv', 'jobs', options);
    console.log(`${name}: job ${job}, attempt ${attempt}`);
    await pause(1000 * seconds);
    options.done = delivery;
    options.reply = `${job * job}, by ${name}, attempt ${attempt}`;
  }
}

async function ask(count) {
  // Concurrent, so that many jobs are out at once on one connection.
  await call('hello', { concurrent: true });
  const jobs = Array.from({ length: count }, (_, n) => n + 1);
  await Promise.all(jobs.map(async (job) => {
    const reply = await call('send', 'jobs', job);
    console.log(`job ${job}: ${reply}`);
  }));
}

const [verb, ...rest] = process.argv.slice(2);
const verbs = { work, ask };
if (!verbs[verb] || !rest.length) {
  fail('usage: pool.js work NAME [SECONDS] | pool.js ask COUNT');
}
verbs[verb](...rest).then(() => process.exit(0), fail);
