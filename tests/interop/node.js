// SPDX-License-Identifier: MIT
// A client of chand in Node, which does what a test tells it over a socket:
// node node.js rpc|plain SOCKET. The methods are connect, request and notify.
'use strict';
const net = require('net');
const msgpack5 = require('msgpack5');
const Session = require('msgpack5rpc');

// What one writes without a library for the calls: net and an encoder.
class Plain {
  constructor() {
    this.pack = msgpack5();
    this.waiting = new Map();
    this.last = 0;
  }

  attach(socket) {
    this.socket = socket;
    const decoder = this.pack.decoder();
    socket.pipe(decoder).on('data', ([type, id, error, result]) => {
      if (type !== 1 || !this.waiting.has(id)) throw new Error('unasked');
      this.waiting.get(id)(error, result);
      this.waiting.delete(id);
    });
  }

  send(message) {
    this.socket.write(this.pack.encode(message).slice());
  }

  request(method, params, done) {
    this.waiting.set(++this.last, done);
    this.send([0, this.last, method, params]);
  }

  notify(method, params) {
    this.send([2, method, params]);
  }
}

function connect(url, done) {
  const [, host, port] = /^tcp:\/\/(.*):(\d+)$/.exec(url) || [];
  const socket = host ? net.connect(port, host)
    : net.connect(url.slice('unix://'.length));
  const session = process.argv[2] === 'plain' ? new Plain() : new Session();
  socket.on('connect', () => {
    session.attach(socket, socket);
    done(session);
  });
}

net.createServer((socket) => {
  const test = new Session();
  let session;
  test.attach(socket, socket);
  test.on('request', (what, params, response) => {
    if (what === 'connect') {
      connect(params[0], (it) => { session = it; response.send(true); });
    } else if (what === 'request') {
      session.request(params[0], params.slice(1),
        (error, result) => response.send(error || result, !!error));
    } else {
      session.notify(params[0], params.slice(1));
      response.send(true);
    }
  });
  socket.on('close', () => process.exit(0));
}).listen(process.argv[3]);
