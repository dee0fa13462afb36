import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import org.ta4j.core.BarSeries;
import org.ta4j.core.BaseBar;
import org.ta4j.core.BaseBarSeriesBuilder;
import org.ta4j.core.BaseStrategy;
import org.ta4j.core.Indicator;
import org.ta4j.core.Position;
import org.ta4j.core.Rule;
import org.ta4j.core.Trade.TradeType;
import org.ta4j.core.TradingRecord;
import org.ta4j.core.analysis.cost.LinearTransactionCostModel;
import org.ta4j.core.analysis.cost.ZeroCostModel;
import org.ta4j.core.backtest.BarSeriesManager;
import org.ta4j.core.backtest.TradeExecutionModel;
import org.ta4j.core.backtest.TradeOnNextOpenModel;
import org.ta4j.core.indicators.EMAIndicator;
import org.ta4j.core.indicators.MACDIndicator;
import org.ta4j.core.indicators.RSIIndicator;
import org.ta4j.core.indicators.SMAIndicator;
import org.ta4j.core.indicators.bollinger.BollingerBandsLowerIndicator;
import org.ta4j.core.indicators.bollinger.BollingerBandsMiddleIndicator;
import org.ta4j.core.indicators.bollinger.BollingerBandsUpperIndicator;
import org.ta4j.core.indicators.helpers.ClosePriceIndicator;
import org.ta4j.core.indicators.helpers.HighPriceIndicator;
import org.ta4j.core.indicators.helpers.HighestValueIndicator;
import org.ta4j.core.indicators.helpers.LowPriceIndicator;
import org.ta4j.core.indicators.helpers.LowestValueIndicator;
import org.ta4j.core.indicators.helpers.OpenPriceIndicator;
import org.ta4j.core.indicators.helpers.VolumeIndicator;
import org.ta4j.core.indicators.statistics.StandardDeviationIndicator;
import org.ta4j.core.num.DoubleNum;
import org.ta4j.core.num.Num;

/**
 * Runs one backtest with ta4j's indicators, orders and costs: `run <folder>` reads job.properties and bars.bin there and
 * writes trades.json; `bench <bars> <fasts> <slows>` prints what a single run and a grid take. The last line on stdout
 * is one JSON object.
 */
public final class Ta4jEngine {
  /** Relative: running sums of equal prices differ by roundings, which are no crossing. */
  private static final double ROUNDING = 1e-12;
  private static final Set<String> INDICATORS =
      Set.of("SMA", "EMA", "RSI", "BB", "MACD", "DONCHIAN", "open", "high", "low", "close", "volume");

  private record Column(String name, double[] arguments, String output, int firstValid) {}

  private record Operand(int column, double constant, int lag) {}

  private record Comparison(Operand left, Operand right) {}

  private record Side(int direction, Comparison enter, Comparison exit) {}

  private record Costs(double fee, double slippage) {}

  public static void main(String[] arguments) throws IOException {
    if (arguments[0].equals("bench")) bench(arguments);
    else run(Path.of(arguments[1]));
  }

  private static void run(Path folder) throws IOException {
    Properties job = new Properties();
    try (var reader = Files.newBufferedReader(folder.resolve("job.properties"))) {
      job.load(reader);
    }
    int rows = Integer.parseInt(job.getProperty("rows"));
    double[][] read = readColumns(folder.resolve("bars.bin"), rows);
    BarSeries series = seriesOf(read);
    List<Column> columns = columnsOf(job.getProperty("columns"));
    List<Side> sides = sidesOf(job.getProperty("sides"));
    boolean byRule =
        job.getProperty("decide").equals("rule")
            && !sides.isEmpty()
            && columns.stream().allMatch(Ta4jEngine::isKnown);
    long started = System.nanoTime();
    int[] wanted = byRule ? decide(sides, columns, series) : replayed(read[6]);
    Costs costs = new Costs(number(job, "fee"), number(job, "slippage"));
    List<Position> positions = trade(series, wanted, number(job, "units"), costs);
    double seconds = (System.nanoTime() - started) / 1e9;
    Files.writeString(folder.resolve("trades.json"), tradesText(positions, read[0]));
    double equity = number(job, "cash") + profitOf(positions, read[4][rows - 1]);
    System.out.printf(
        "{\"decided\":\"%s\",\"finalEquity\":%s,\"seconds\":%s,\"cpuSeconds\":%s}%n",
        byRule ? "rule" : "replay", equity, seconds, cpuSeconds());
  }

  private static boolean isKnown(Column column) {
    boolean isMade = column.output().equals("MACDHIST") || column.name().equals("DONCHIAN") && column.output().equals("MIDDLE");
    return INDICATORS.contains(column.name()) && !isMade;
  }

  private static double number(Properties job, String name) {
    return Double.parseDouble(job.getProperty(name));
  }

  private static double cpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
  }

  private static double[][] readColumns(Path path, int rows) throws IOException {
    DoubleBuffer values =
        ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
    double[][] columns = new double[7][rows];
    for (double[] column : columns) values.get(column);
    return columns;
  }

  private static BarSeries seriesOf(double[][] columns) {
    BarSeries series = new BaseBarSeriesBuilder().withNumTypeOf(DoubleNum.class).build();
    for (int i = 0; i < columns[0].length; i++) {
      // Its bars are known by their end, ours by their begin; only the order matters to it.
      var end = Instant.ofEpochMilli((long) columns[0][i]).atZone(ZoneOffset.UTC);
      series.addBar(
          new BaseBar(
              Duration.ofMillis(1),
              end,
              columns[1][i],
              columns[2][i],
              columns[3][i],
              columns[4][i],
              columns[5][i],
              0,
              0,
              DoubleNum::valueOf));
    }
    return series;
  }

  private static List<Column> columnsOf(String text) {
    List<Column> columns = new ArrayList<>();
    for (String each : text.split(";")) {
      if (each.isEmpty()) continue;
      String[] parts = each.split("\\|", -1);
      columns.add(new Column(parts[0], numbers(parts[1]), parts[2], Integer.parseInt(parts[3])));
    }
    return columns;
  }

  private static double[] numbers(String text) {
    return text.isEmpty() ? new double[0] : Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  private static List<Side> sidesOf(String text) {
    List<Side> sides = new ArrayList<>();
    for (String each : text.split(";")) {
      if (each.isEmpty()) continue;
      String[] parts = each.split("\\|", -1);
      sides.add(new Side(Integer.parseInt(parts[0]), comparisonOf(parts[1]), comparisonOf(parts[2])));
    }
    return sides;
  }

  private static Comparison comparisonOf(String text) {
    double[] given = numbers(text);
    if (given.length == 0) return null;
    return new Comparison(
        new Operand((int) given[0], given[1], (int) given[2]), new Operand((int) given[3], given[4], (int) given[5]));
  }

  private static Indicator<Num> indicatorOf(Column column, BarSeries series) {
    var close = new ClosePriceIndicator(series);
    int period = column.arguments().length > 0 ? (int) column.arguments()[0] : 1;
    return switch (column.name()) {
      case "SMA" -> new SMAIndicator(close, period);
      case "EMA" -> new EMAIndicator(close, period);
      case "RSI" -> new RSIIndicator(close, period);
      case "BB" -> bandOf(column, close, period);
      case "MACD" -> {
        var line = new MACDIndicator(close, period, (int) column.arguments()[1]);
        var signal = new EMAIndicator(line, (int) column.arguments()[2]);
        yield column.output().equals("MACD") ? line : signal;
      }
      case "DONCHIAN" ->
          column.output().equals("UPPER")
              ? new HighestValueIndicator(new HighPriceIndicator(series), period)
              : new LowestValueIndicator(new LowPriceIndicator(series), period);
      case "open" -> new OpenPriceIndicator(series);
      case "high" -> new HighPriceIndicator(series);
      case "low" -> new LowPriceIndicator(series);
      case "volume" -> new VolumeIndicator(series);
      default -> close;
    };
  }

  private static Indicator<Num> bandOf(Column column, ClosePriceIndicator close, int period) {
    var middle = new BollingerBandsMiddleIndicator(new SMAIndicator(close, period));
    var deviation = new StandardDeviationIndicator(close, period);
    Num width = DoubleNum.valueOf(column.arguments()[1]);
    return switch (column.output()) {
      case "UPPER" -> new BollingerBandsUpperIndicator(middle, deviation, width);
      case "LOWER" -> new BollingerBandsLowerIndicator(middle, deviation, width);
      default -> middle;
    };
  }

  /** The rule read at each close with ta4j's columns; what they hold before they are defined counts as nothing. */
  private static int[] decide(List<Side> sides, List<Column> columns, BarSeries series) {
    double[][] values = columns.stream().map(column -> valuesOf(column, series)).toArray(double[][]::new);
    int[] wanted = new int[series.getBarCount()];
    int held = 0;
    for (int i = 0; i < wanted.length; i++) {
      boolean[] enters = new boolean[3];
      for (Side side : sides) enters[side.direction() + 1] = holds(side.enter(), values, i);
      for (Side side : sides) {
        if (held != side.direction()) continue;
        if (side.exit() == null ? !enters[held + 1] : holds(side.exit(), values, i)) held = 0;
      }
      if (held == 0 && enters[0] != enters[2]) held = enters[2] ? 1 : -1;
      wanted[i] = held;
    }
    return wanted;
  }

  private static double[] valuesOf(Column column, BarSeries series) {
    Indicator<Num> indicator = indicatorOf(column, series);
    double[] values = new double[series.getBarCount()];
    for (int i = 0; i < values.length; i++)
      values[i] = i < column.firstValid() ? Double.NaN : indicator.getValue(i).doubleValue();
    return values;
  }

  private static boolean holds(Comparison comparison, double[][] values, int bar) {
    double left = valueOf(comparison.left(), values, bar);
    double right = valueOf(comparison.right(), values, bar);
    return left > right * (right < 0 ? 1 - ROUNDING : 1 + ROUNDING);
  }

  private static double valueOf(Operand operand, double[][] values, int bar) {
    if (operand.column() < 0) return operand.constant();
    return bar < operand.lag() ? Double.NaN : values[operand.column()][bar - operand.lag()];
  }

  /** NaN keeps what is held. */
  private static int[] replayed(double[] decisions) {
    int[] wanted = new int[decisions.length];
    for (int i = 0; i < wanted.length; i++)
      wanted[i] = Double.isNaN(decisions[i]) ? (i > 0 ? wanted[i - 1] : 0) : (int) decisions[i];
    return wanted;
  }

  /** A record of ta4j is long or short only: one of each, which never overlap. */
  private static List<Position> trade(BarSeries series, int[] wanted, double units, Costs costs) {
    List<Position> positions = new ArrayList<>();
    var manager =
        new BarSeriesManager(
            series, new LinearTransactionCostModel(costs.fee()), new ZeroCostModel(), modelOf(costs.slippage()));
    for (int direction : new int[] {1, -1}) {
      if (Arrays.stream(wanted).noneMatch(value -> value == direction)) continue;
      Rule entry = (Rule0) (index) -> wanted[index] == direction;
      Rule exit = (Rule0) (index) -> wanted[index] != direction;
      TradeType type = direction > 0 ? TradeType.BUY : TradeType.SELL;
      TradingRecord record = manager.run(new BaseStrategy(entry, exit), type, DoubleNum.valueOf(units));
      positions.addAll(record.getPositions());
      if (record.getCurrentPosition().isOpened()) positions.add(record.getCurrentPosition());
    }
    positions.sort((a, b) -> Integer.compare(a.getEntry().getIndex(), b.getEntry().getIndex()));
    return positions;
  }

  /** A rule that asks for the bar only. */
  private interface Rule0 extends Rule {
    boolean holdsAt(int index);

    @Override
    default boolean isSatisfied(int index, TradingRecord record) {
      return holdsAt(index);
    }
  }

  /** Its own model has no slippage: with one, the same fill at a worse price. */
  private static TradeExecutionModel modelOf(double slippage) {
    if (slippage == 0) return new TradeOnNextOpenModel();
    return (index, record, series, amount) -> {
      if (index + 1 > series.getEndIndex()) return;
      TradeType starting = record.getStartingType();
      boolean buys = record.isClosed() == (starting == TradeType.BUY);
      double open = series.getBar(index + 1).getOpenPrice().doubleValue();
      record.operate(index + 1, DoubleNum.valueOf(open * (buys ? 1 + slippage : 1 - slippage)), amount);
    };
  }

  private static double profitOf(List<Position> positions, double lastClose) {
    double profit = 0;
    for (Position position : positions) {
      if (position.isClosed()) {
        profit += position.getProfit().doubleValue();
        continue;
      }
      var entry = position.getEntry();
      double gain = (lastClose - entry.getPricePerAsset().doubleValue()) * entry.getAmount().doubleValue();
      profit += (entry.isBuy() ? gain : -gain) - entry.getCost().doubleValue();
    }
    return profit;
  }

  private static String tradesText(List<Position> positions, double[] time) {
    List<String> texts = new ArrayList<>();
    for (Position position : positions) {
      var entry = position.getEntry();
      var exit = position.getExit();
      double fees = entry.getCost().doubleValue() + (exit == null ? 0 : exit.getCost().doubleValue());
      texts.add(
          String.format(
              "{\"side\":\"%s\",\"entryTime\":%d,\"entryPrice\":%s,\"exitTime\":%s,\"exitPrice\":%s,\"units\":%s,\"fees\":%s}",
              entry.isBuy() ? "long" : "short",
              (long) time[entry.getIndex()],
              entry.getPricePerAsset().doubleValue(),
              exit == null ? "null" : String.valueOf((long) time[exit.getIndex()]),
              exit == null ? "null" : String.valueOf(exit.getPricePerAsset().doubleValue()),
              entry.getAmount().doubleValue(),
              fees));
    }
    return "{\"trades\":[" + String.join(",", texts) + "],\"refused\":[]}";
  }

  /** CPU seconds of one run, and of every pair of averages, over a seeded walk on a tick of 1/64. */
  private static void bench(String[] arguments) {
    int rows = Integer.parseInt(arguments[1]);
    double[] fasts = numbers(arguments[2].replace(',', ' '));
    double[] slows = numbers(arguments[3].replace(',', ' '));
    BarSeries series = seriesOf(walk(rows));
    trade(series, crossing(series, 20, 100), 1, new Costs(0.001, 0));
    double before = cpuSeconds();
    trade(series, crossing(series, 20, 100), 1, new Costs(0.001, 0));
    double single = cpuSeconds() - before;
    before = cpuSeconds();
    int combinations = 0;
    for (double fast : fasts)
      for (double slow : slows) {
        if (fast >= slow) continue;
        trade(series, crossing(series, (int) fast, (int) slow), 1, new Costs(0.001, 0));
        combinations++;
      }
    double grid = cpuSeconds() - before;
    System.out.printf(
        "{\"engine\":\"ta4j\",\"bars\":%d,\"single\":%s,\"combinations\":%d,\"grid\":%s,\"nsPerBarCombination\":%s}%n",
        rows, single, combinations, grid, combinations == 0 ? "null" : grid * 1e9 / rows / combinations);
  }

  private static int[] crossing(BarSeries series, int fast, int slow) {
    List<Column> columns =
        List.of(
            new Column("SMA", new double[] {fast}, "", fast - 1), new Column("SMA", new double[] {slow}, "", slow - 1));
    Comparison above = new Comparison(new Operand(0, 0, 0), new Operand(1, 0, 0));
    return decide(List.of(new Side(1, above, null)), columns, series);
  }

  private static double[][] walk(int rows) {
    Random random = new Random(1);
    double[][] columns = new double[7][rows];
    double price = 30_000;
    for (int i = 0; i < rows; i++) {
      columns[0][i] = 1_577_836_800_000.0 + 60_000.0 * i;
      columns[1][i] = price;
      price = Math.max(1, Math.round(price * Math.exp(0.0005 * random.nextGaussian()) * 64) / 64.0);
      columns[2][i] = Math.max(columns[1][i], price);
      columns[3][i] = Math.min(columns[1][i], price);
      columns[4][i] = price;
      columns[5][i] = 1;
    }
    return columns;
  }
}
