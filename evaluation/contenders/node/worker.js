'use strict';
// The contender node-nlp: its NlpManager with default settings, in French. Answers the lines of ../protocol.py.

const fs = require('fs');
const path = require('path');
const readline = require('readline');
const { NlpManager } = require('node-nlp');

const MODEL = 'model.nlp';

// What the library prints goes to standard error: standard output is for the answers.
console.log = console.error;

let manager = new NlpManager({ languages: ['fr'] });
let classifying = 0; // seconds

function secondsSince(started) {
  return Number(process.hrtime.bigint() - started) / 1e9;
}

// Adds up what the manager's classifier takes of a whole parse.
function watchClassifier() {
  const classifier = manager.nlp.nluManager;
  const classify = classifier.process.bind(classifier);
  classifier.process = async (...input) => {
    const started = process.hrtime.bigint();
    const classified = await classify(...input);
    classifying += secondsSince(started);
    return classified;
  };
}

async function train({ train: file, model: folder }) {
  for (const { text, intent } of JSON.parse(fs.readFileSync(file, 'utf8'))) {
    manager.addDocument('fr', text, intent);
  }
  // By default the library also keeps its model in the working directory after training.
  process.chdir(folder);
  await manager.train();
  manager.save(MODEL);
}

function load({ load: folder }) {
  manager = new NlpManager({ languages: ['fr'] });
  manager.load(path.join(folder, MODEL));
  watchClassifier();
}

async function parse({ text }) {
  classifying = 0;
  const { classifications, intent: decided } = await manager.process('fr', text);
  const ranking = classifications.map(({ intent, score }) => [intent, score]);
  // Where it knows none of the words, every score is 0 and what it decides is None.
  return { ranking: ranking[0][1] > 0 ? ranking : [['None', 1]], decided, classifying };
}

async function answer(asked) {
  const started = process.hrtime.bigint();
  const answered = 'text' in asked ? await parse(asked) : 'train' in asked ? await train(asked) : load(asked);
  return { ...answered, seconds: secondsSince(started) };
}

async function serve() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
}

serve().catch((error) => {
  console.error(error);
  process.exit(1);
});
