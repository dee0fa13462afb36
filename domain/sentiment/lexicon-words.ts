// Written for this project; words, and what they usually mean for what a financial headline speaks of.

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Words by weight, −2 … 2: how strongly one of them speaks for a good or a bad mood. */
const WEIGHTED: readonly [number, string][] = [
  [
    2,
    `surge surges surged surging soar soars soared soaring skyrocket skyrockets skyrocketed skyrocketing boom booms
    booming breakthrough breakthroughs outperform outperforms outperformed outperforming triumph triumphs record-high
    blockbuster windfall bullish bonanza stellar`,
  ],
  [
    1.5,
    `rally rallies rallied rallying jump jumps jumped jumping beat beats beating upgrade upgrades upgraded
    profit-jump rebound rebounds rebounded rebounding recovery recoveries thrive thrives thriving exceed exceeds
    exceeded exceeding surpass surpasses surpassed surpassing top-performing lucrative robust landmark milestone
    milestones win wins winning won success successes successful successfully`,
  ],
  [
    1,
    `rise rises rising rose risen gain gains gained gaining climb climbs climbed climbing grow grows growing grew
    grown growth increase increases increased increasing up higher improve improves improved improving improvement
    strong stronger strongest strength strengthen strengthens strengthened profit profits profitable positive
    optimism optimistic confident confidence boost boosts boosted boosting advance advances advanced advancing
    expand expands expanded expanding expansion approve approves approved approval adoption adopt adopts adopted
    partnership partnerships award awards awarded secure secures secured raise raises raised lift lifts lifted
    support supports supported accelerate accelerates accelerated attractive favorable favourable opportunity
    opportunities upside upbeat buy outpace outpaces outpaced inflow inflows accumulate accumulates accumulated
    recover recovers recovered recovering leading leader innovative solid healthy momentum efficient`,
  ],
  [
    -1,
    `fall falls falling fell fallen drop drops dropped dropping decline declines declined declining decrease
    decreases decreased decreasing down lower lose loses losing lost loss losses weak weaker weakest weakness weaken
    weakens weakened negative pessimism pessimistic concern concerns concerned worry worries worried worrying fear
    fears feared risk risks risky uncertain uncertainty slow slows slowed slowing slowdown delay delays delayed
    cut cuts cutting reduce reduces reduced reducing slip slips slipped slipping slide slides slid sliding dip dips
    dipped ease eases eased miss misses missed missing shortfall struggle struggles struggled struggling pressure
    pressured volatile volatility outflow outflows sell sell-off selloff selling debt lawsuit lawsuits sue sues sued
    probe probes probed investigation investigations investigate investigates dispute disputes warn warns warned
    warning warnings downbeat retreat retreats retreated shrink shrinks shrank shrinking halt halts halted suspend
    suspends suspended suspension penalty penalties fine fined reject rejects rejected rejection layoff layoffs
    complaint complaints trouble troubled hurt hurts disappoint disappoints disappointed disappointing bad worse`,
  ],
  [
    -1.5,
    `tumble tumbles tumbled tumbling sink sinks sank sinking slump slumps slumped slumping downgrade downgrades
    downgraded underperform underperforms underperformed crisis default defaults defaulted liquidate liquidates
    liquidated liquidation liquidations recession bearish ban bans banned fail fails failed failing failure
    failures hack hacks hacked hacker hackers exploit exploits exploited breach breaches breached theft stolen
    worst charges indicted indictment`,
  ],
  [
    -2,
    `crash crashes crashed crashing plunge plunges plunged plunging plummet plummets plummeted plummeting collapse
    collapses collapsed collapsing bankrupt bankruptcy insolvent insolvency fraud fraudulent scam scams ponzi
    scandal scandals catastrophe catastrophic disaster disastrous meltdown bloodbath panic turmoil`,
  ],
];

/** Several words that mean together what none of them says alone. */
export const PHRASES: ReadonlyMap<string, number> = new Map([
  ['all time high', 2],
  ['all time highs', 2],
  ['all time low', -2],
  ['all time lows', -2],
  ['record high', 2],
  ['record highs', 2],
  ['record low', -2],
  ['record lows', -2],
  ['record profit', 2],
  ['record profits', 2],
  ['record loss', -2],
  ['beats estimates', 2],
  ['beat estimates', 2],
  ['beats expectations', 2],
  ['misses estimates', -2],
  ['missed estimates', -2],
  ['misses expectations', -2],
  ['falls short', -1.5],
  ['fell short', -1.5],
  ['profit warning', -2],
  ['rug pull', -2],
  ['short squeeze', 1],
  ['under investigation', -1.5],
  ['under pressure', -1],
  ['in the red', -1.5],
  ['in the black', 1.5],
  ['pays off', 1],
  ['sold off', -1.5],
  ['goes under', -2],
  ['on track', 1],
  ['at risk', -1],
  ['shuts down', -1.5],
  ['shut down', -1.5],
  ['steps down', -0.5],
  ['lays off', -1.5],
  ['cutting edge', 1],
  ['risk free', 0.5],
  ['price target raised', 1.5],
  ['price target cut', -1.5],
]);

export const WEIGHTS: ReadonlyMap<string, number> = new Map(
  WEIGHTED.flatMap(([weight, text]) => words(text).map((word) => [word, weight] as const)),
);

/** They turn what follows within a few words. */
export const NEGATIONS: ReadonlySet<string> = new Set(
  words(`not no never none without neither nor cannot can't cant won't wont don't dont doesn't doesnt didn't didnt isn't
    isnt aren't arent wasn't wasnt weren't werent hasn't haven't hadn't couldn't shouldn't wouldn't hardly barely
    scarcely denies denied despite avoid avoids avoided`),
);

/** How much they make of the word behind them. */
export const INTENSIFIERS: ReadonlyMap<string, number> = new Map([
  ...words(
    `very extremely sharply strongly significantly massively hugely dramatically steeply heavily highly deeply
    substantially rapidly biggest largest major massive huge sharp steep`,
  ).map((word) => [word, 1.5] as const),
  ...words(
    `slightly somewhat marginally modestly mildly little small minor modest partly partially fairly slight`,
  ).map((word) => [word, 0.5] as const),
]);

/** Where less of it is good: "losses narrow", "inflation falls", "debt rises". */
export const BURDENS: ReadonlySet<string> = new Set(
  words(`loss losses debt debts cost costs inflation unemployment deficit deficits expense expenses liabilities risk
    risks fee fees outflow outflows volatility default defaults joblessness bankruptcies layoffs`),
);

/** Words of more and of less, whose meaning a burden turns. */
export const MORE: ReadonlySet<string> = new Set(
  words(`rise rises rising rose risen increase increases increased increasing up higher grow grows growing grew grown
    growth climb climbs climbed climbing jump jumps jumped surge surges surged soar soars soared widen widens widened
    widening expand expands expanded`),
);
export const LESS: ReadonlySet<string> = new Set(
  words(`fall falls falling fell fallen drop drops dropped decline declines declined declining decrease decreases
    decreased down lower cut cuts cutting reduce reduces reduced reducing shrink shrinks shrank ease eases eased slow
    slows slowed narrow narrows narrowed narrowing halve halves halved tumble tumbles tumbled plunge plunges plunged
    slump slumps slumped slide slides slid`),
);
