import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.channel.Channel;
import java.util.List;

/** A MongoDB server in memory on 127.0.0.1, at the port of the first argument; ends with its standard input. */
public class MongoTestServer {
  /** The backend speaks what current drivers use but names an older wire version, which they refuse. */
  private static final class ReportedVersion implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 9;
    }
  }

  /**
   * A real server changes a document in one piece with looking for it; this one looks first and would let two writers
   * replace the same revision; and it sends what it holds, which changes while it is sent. So it does one command after
   * the other, and answers with copies.
   */
  private static final class OneByOne extends MemoryBackend {
    @Override
    public synchronized Document handleCommand(
        Channel channel, String database, String command, Document query) {
      return copyOf(super.handleCommand(channel, database, command, query));
    }

    @Override
    public synchronized Document handleMessage(MongoMessage message) {
      return copyOf(super.handleMessage(message));
    }

    private static Document copyOf(Document answer) {
      return answer == null ? null : answer.cloneDeeply();
    }
  }

  public static void main(String[] arguments) throws Exception {
    MongoServer server = new MongoServer(new OneByOne().version(new ReportedVersion()));
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    while (System.in.read() >= 0) {
      // Its starter holds the other end: whatever ends the starter ends this too.
    }
    server.shutdownNow();
    System.exit(0);
  }
}
