package dev.injectionauditor.localstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {

    @TempDir
    Path temporary;

    @Test
    void shouldCopyAFolderWithAllThatIsInItAndDeleteIt() throws IOException {
        // Given a folder with folders and files that only their owner may read
        Path from = Files.createDirectories(temporary.resolve("from/empty")).getParent();
        Files.createDirectories(from.resolve("a/b"));
        Files.writeString(from.resolve("a/b/file"), "text");
        Files.writeString(from.resolve("last"), "done");
        Files.setPosixFilePermissions(from.resolve("a/b/file"), PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(from, PosixFilePermissions.fromString("rwx------"));
        Path to = temporary.resolve("new/to");
        Files.createDirectories(to);

        // When it is copied to an empty one
        Folders.copy(from, to, "last");

        // Then all is there, with the same permissions
        assertThat(to.resolve("empty")).isEmptyDirectory();
        assertThat(to.resolve("a/b/file")).hasContent("text");
        assertThat(to.resolve("last")).hasContent("done");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(to.resolve("a/b/file"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(to)))
                .isEqualTo("rwx------");

        // And it is not copied into something else
        assertThatThrownBy(() -> Folders.copy(from, to, "last")).isInstanceOf(IOException.class);
        assertThat(to.resolve("last")).hasContent("done");

        Folders.delete(to);
        assertThat(to).doesNotExist();
        assertThat(from.resolve("a/b/file")).exists();
    }

    @Test
    void shouldLeaveNothingOfACopyThatFails() throws IOException {
        Path from = Files.createDirectories(temporary.resolve("from"));
        Files.writeString(from.resolve("file"), "text");
        Path to = temporary.resolve("to");

        // When the file that the copy has to end with is not there
        assertThatThrownBy(() -> Folders.copy(from, to, "last")).isInstanceOf(IOException.class);

        assertThat(to).doesNotExist();
    }
}
