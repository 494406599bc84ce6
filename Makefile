# The commands of the project. Everything they need is built on the way, once: see scripts/.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh
.PHONY: help run phone chat top setup train kb kb-check test hostile bench evaluate select lint format lock sbom audit clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: ## set everything up, then run the assistant on http://127.0.0.1:8080 (PORT for another) until Ctrl-C
	@exec scripts/run.sh

phone: ## answer the 7400 line over SIP on sip:7400@127.0.0.1:5070 (SIP_PORT for another), with an assistant behind it
	@exec scripts/phone.sh

chat: ## talk in this terminal with the assistant that `make run` runs
	@scripts/setup.sh gateway
	@exec .venvs/gateway/bin/python -m gateway.chat

top: ## see in this terminal what is going on: parts, messages, times, replies (TOP="--once", or addresses of a cluster)
	@scripts/setup.sh gateway
	@exec .venvs/gateway/bin/python -m gateway.top $(TOP)

setup: ## make the two Python environments, .venvs/rasa and .venvs/gateway
	@scripts/setup.sh gateway rasa

train: setup ## train the model, when its data or components have changed
	@scripts/train.sh

kb: setup ## check and build the knowledge base, when its content has changed
	@scripts/knowledge.sh

kb-check: ## say what the knowledge base's content states that the policies do not bear
	@scripts/setup.sh rasa
	@scripts/check-knowledge.sh

test: ## set everything up, then run every check and every test (browser and real servers included)
	@exec scripts/test.sh

hostile: ## try more than 20,000 hostile inputs on an assistant of its own, and print how many of which kind (minutes)
	@scripts/setup.sh gateway-test rasa
	@exec .venvs/gateway/bin/python -m tests.hostile.campaign

bench: ## measure how fast the assistant is beside stock Rasa and the bare limit, and write docs/performance.md
	@exec scripts/bench.sh

evaluate: ## measure how good the assistant is, and write docs/evaluation.md
	@exec scripts/evaluate.sh

select: ## compare variants of the classifier (an hour or two), for the report of `make evaluate`
	@exec scripts/select.sh

lint: ## formatting, linting and types
	@scripts/setup.sh gateway-test rasa-test evaluation lint
	@scripts/lint.sh

format: ## format the code, and correct what the linter can correct
	@scripts/setup.sh lint
	@.venvs/lint/bin/ruff check --quiet --fix .; .venvs/lint/bin/ruff format .

lock: ## write the lock files again from requirements/*.in
	@scripts/lock.sh

sbom: ## list the packages that are run, as CycloneDX documents in .cache/sbom
	@scripts/sbom.sh

audit: ## ask whether any locked version is known to be vulnerable (needs the network; fails when it cannot be found out)
	@scripts/audit.sh

clean: ## remove what was built: environments, model, caches. Keeps .run (keys, conversations, knowledge base)
	@rm -rf .venvs models .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis data/generated
	@find . '(' -name __pycache__ -o -name node_modules ')' -type d -prune -exec rm -rf {} +
