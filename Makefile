# The front door. Each target sets up what it needs on a fresh machine: npm packages, and on Debian or Ubuntu as root
# the system packages that are missing.
.PHONY: help demo test lint bench

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

demo: ## Patch a real vulnerable image with real findings, and prove it
	@./scripts/setup.sh npm engine
	@npm run --silent demo

test: ## Run every test: unit, contract, integration and end to end
	@./scripts/setup.sh npm engine packaging
	@npm run --silent test -- --coverage

lint: ## Lint, look for unused code, check types and format
	@./scripts/setup.sh npm
	@npm run --silent lint
	@npm run --silent types
	@npm run --silent format

bench: ## Run the benchmarks; one alone: npm run bench -- <name>
	@./scripts/setup.sh npm engine
	@npm run --silent bench
